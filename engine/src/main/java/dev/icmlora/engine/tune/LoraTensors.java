package dev.icmlora.engine.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Halves;
import dev.icmlora.ggml.Tensor;
import dev.icmlora.ggml.TensorStore;
import dev.icmlora.llama.NamedTensor;

/// The adapter that is tuned, where graphs compute with it: A as it is served, B in full precision, and both
/// transposed for the way back.
final class LoraTensors implements AutoCloseable {
    private final AdapterLayout layout;
    private final TensorStore store;
    private final List<Pair> pairs;

    /// A pair of matrices; the transposed ones go the way back.
    ///
    /// @param a `[in, rank]`
    /// @param aTransposed `[rank, in]`
    /// @param b `[rank, out]`
    /// @param bTransposed `[out, rank]`
    /// @param isZero whether A is zero: then B changes nothing, and is not tuned
    record Pair(Tensor a, Tensor aTransposed, Tensor b, Tensor bTransposed, boolean isZero) {}

    private LoraTensors(AdapterLayout layout, TensorStore store, List<Pair> pairs) {
        this.layout = layout;
        this.store = store;
        this.pairs = pairs;
    }

    static LoraTensors of(Adapter adapter, Backend backend) {
        AdapterLayout layout = adapter.layout();
        int count = layout.layers() * layout.targets().size();
        TensorStore store = TensorStore.ofCapacity(4 * count);
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Target target = layout.targets().get(i % layout.targets().size());
            pairs.add(new Pair(
                    store.create("a" + i, GgmlType.F16, target.in(), layout.rank()),
                    store.create("at" + i, GgmlType.F16, layout.rank(), target.in()),
                    store.create("b" + i, GgmlType.F32, layout.rank(), target.out()),
                    store.create("bt" + i, GgmlType.F32, target.out(), layout.rank()),
                    isZero(adapter.fixed().get(i).data())));
        }
        LoraTensors tensors = new LoraTensors(layout, store, List.copyOf(pairs));
        try {
            store.allocate(backend);
            for (int i = 0; i < count; i++) {
                float[] a = Halves.fromF16(adapter.fixed().get(i).data());
                pairs.get(i).a.set(a);
                pairs.get(i).aTransposed.set(FrozenWeights.transpose(a, layout.rank(), a.length / layout.rank()));
            }
            tensors.setB(matricesOf(adapter.generated()));
            return tensors;
        } catch (RuntimeException | OutOfMemoryError e) {
            store.close();
            throw e;
        }
    }

    private static boolean isZero(byte[] halves) {
        for (byte part : halves) {
            if (part != 0) {
                return false;
            }
        }
        return true;
    }

    /// In full precision, in the adapter's order.
    static List<float[]> matricesOf(List<NamedTensor> halves) {
        return halves.stream().map(tensor -> Halves.fromF16(tensor.data())).toList();
    }

    /// @param matrices of the adapter's order, `[out][rank]` each
    void setB(List<float[]> matrices) {
        for (int i = 0; i < pairs.size(); i++) {
            float[] b = matrices.get(i);
            pairs.get(i).b.set(b);
            pairs.get(i).bTransposed.set(FrozenWeights.transpose(b, b.length / layout.rank(), layout.rank()));
        }
    }

    /// Where a module's matrices are among all, in the adapter's order; nothing if it is not adapted.
    Optional<Integer> index(int layer, Module module) {
        int target = layout.modules().indexOf(module.file());
        return Optional.of(layer * layout.targets().size() + target)
                .filter(index -> target >= 0 && !pairs.get(index).isZero);
    }

    Pair pair(int index) {
        return pairs.get(index);
    }

    float scale() {
        return layout.alpha() / layout.rank();
    }

    long bytes() {
        return store.bytes();
    }

    @Override
    public void close() {
        store.close();
    }
}
