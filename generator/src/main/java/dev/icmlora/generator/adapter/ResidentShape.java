package dev.icmlora.generator.adapter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.adapter.InvalidAdapterException.Remedy;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.NamedTensor;

/// The shape that an adapter must have to be hot-applied: the layout of the resident one. Brings adapters
/// that were made elsewhere, and sums of adapters, into it without changing what they do; refuses those
/// for which there is no such way.
///
/// @param layout of the resident adapter
/// @param sharedA the A matrices that all generated adapters have, in layout order
public record ResidentShape(AdapterLayout layout, List<NamedTensor> sharedA) {

    public ResidentShape {
        sharedA = List.copyOf(sharedA);
    }

    /// A shape with room for more than this one: for other modules, or a higher rank.
    ///
    /// @param wider of the same layers and the same alpha / rank, with all modules of this one
    public ResidentShape widened(AdapterLayout wider) {
        if (wider.equals(layout)) {
            return this;
        }
        List<NamedTensor> a = new ArrayList<>();
        for (int layer = 0; layer < wider.layers(); layer++) {
            for (Target target : wider.targets()) {
                int narrow = layout.targets().indexOf(target);
                byte[] rows = narrow < 0
                        ? new byte[0]
                        : sharedA.get(layer * layout.targets().size() + narrow).data();
                a.add(new NamedTensor(
                        AdapterLayout.nameOfA(layer, target),
                        GgmlType.F16,
                        new long[] {target.in(), wider.rank()},
                        Arrays.copyOf(rows, Math.toIntExact(GgmlType.F16.bytes((long) target.in() * wider.rank())))));
            }
        }
        return new ResidentShape(wider, a);
    }

    /// The adapter that changes nothing: the shared A, and zeros for B.
    public Adapter unchanged() {
        List<NamedTensor> b = new ArrayList<>();
        forEach((layer, target, index) -> b.add(b(layer, target, zeros(target))));
        return new Adapter(layout, sharedA, b);
    }

    private byte[] zeros(Target target) {
        return new byte[Math.toIntExact(GgmlType.F16.bytes((long) layout.rank() * target.out()))];
    }

    private NamedTensor b(int layer, Target target, byte[] values) {
        return new NamedTensor(AdapterLayout.nameOfB(layer, target), GgmlType.F16, shapeOfB(target), values);
    }

    /// What an adapter of a narrower shape does, in this one.
    ///
    /// @param adapter with the A of the shape that this one was [#widened] from
    public Adapter widen(Adapter adapter) {
        AdapterLayout narrow = adapter.layout();
        if (narrow.equals(layout)) {
            return adapter;
        }
        List<NamedTensor> b = new ArrayList<>();
        forEach((layer, target, index) -> {
            int at = narrow.targets().indexOf(target);
            byte[] values = zeros(target);
            if (at >= 0) {
                byte[] known = adapter.generated()
                        .get(layer * narrow.targets().size() + at)
                        .data();
                int row = Math.toIntExact(GgmlType.F16.bytes(narrow.rank()));
                int wide = Math.toIntExact(GgmlType.F16.bytes(layout.rank()));
                for (int o = 0; o < target.out(); o++) {
                    System.arraycopy(known, o * row, values, o * wide, row);
                }
            }
            b.add(b(layer, target, values));
        });
        return new Adapter(layout, sharedA, b);
    }

    /// The adapter in a GGUF file, made here or elsewhere, in this shape.
    ///
    /// @throws InvalidAdapterException if it cannot be read, or as [#fit] says
    public Adapter read(byte[] gguf) {
        return fit(GgufAdapter.read(gguf, layout.architecture(), this::requireRoom));
    }

    /// An adapter that does what these updates say. A lower rank is filled up with zeros, and so are
    /// weights of the layout that no update names. Alpha is brought to the layout's by scaling B; all
    /// weights are rounded to F16.
    ///
    /// @throws InvalidAdapterException if one changes another weight than the layout has, has other
    /// features or a higher rank, or a value that is not finite or outside the range of F16
    public Adapter fit(List<LowRankUpdate> updates) {
        if (updates.isEmpty()) {
            throw new InvalidAdapterException("", null, null, "changes no weight");
        }
        Map<String, LowRankUpdate> byWeight = new HashMap<>();
        for (LowRankUpdate update : updates) {
            requireRoom(update.shape());
            update.requireFinite();
            if (byWeight.put(update.weight(), update) != null) {
                throw new InvalidAdapterException(update.weight(), null, null, "is changed twice");
            }
        }
        List<NamedTensor> a = new ArrayList<>();
        List<NamedTensor> b = new ArrayList<>();
        forEach((layer, target, index) -> {
            LowRankUpdate update = byWeight.get(AdapterLayout.weight(layer, target.module()));
            a.add(update == null ? sharedA.get(index) : a(update, layer, target));
            b.add(b(update, layer, target));
        });
        return adapter(a, b);
    }

    /// The adapter whose effect is the weighted sum of these adapters' effects.
    ///
    /// With one A for all of them, as generated adapters have it, the sum has that A too. Otherwise their
    /// ranks add up, rows and columns of zeros left out.
    ///
    /// @param adapters of this layout, with one weight each
    /// @throws InvalidAdapterException if the sum has a higher rank than the layout, or values outside
    /// the range of F16
    public Adapter sum(List<Adapter> adapters, float[] weights) {
        Map<List<NamedTensor>, List<float[]>> sums = new LinkedHashMap<>();
        for (int i = 0; i < adapters.size(); i++) {
            add(
                    adapters.get(i),
                    weights[i],
                    sums.computeIfAbsent(adapters.get(i).fixed(), a -> new ArrayList<>()));
        }
        if (sums.size() == 1) {
            Map.Entry<List<NamedTensor>, List<float[]>> only =
                    sums.entrySet().iterator().next();
            List<NamedTensor> b = new ArrayList<>();
            forEach((layer, target, index) -> b.add(matrix(
                    AdapterLayout.nameOfB(layer, target),
                    shapeOfB(target),
                    only.getValue().get(index))));
            return adapter(only.getKey(), b);
        }
        List<LowRankUpdate> updates = new ArrayList<>();
        forEach((layer, target, index) -> {
            List<Component> components = new ArrayList<>();
            sums.forEach((a, b) -> components.addAll(components(a.get(index), b.get(index), target)));
            if (!components.isEmpty()) {
                requireRoom(
                        new LowRankUpdate.Shape(layer, target.module(), components.size(), target.in(), target.out()));
                updates.add(stacked(components, layer, target));
            }
        });
        return fit(updates);
    }

    private static void add(Adapter adapter, float weight, List<float[]> sums) {
        List<NamedTensor> b = adapter.generated();
        for (int i = 0; i < b.size(); i++) {
            float[] values = Halves.fromF16(b.get(i).data());
            if (sums.size() == i) {
                // Zero plus a negative zero would be zero: another adapter.
                float[] nothing = new float[values.length];
                Arrays.fill(nothing, -0f);
                sums.add(nothing);
            }
            float[] sum = sums.get(i);
            for (int j = 0; j < values.length; j++) {
                sum[j] += weight * values[j];
            }
        }
    }

    /// One row of A with its column of B.
    private record Component(float[] row, float[] column) {}

    private List<Component> components(NamedTensor a, float[] b, Target target) {
        float[] rows = Halves.fromF16(a.data());
        List<Component> components = new ArrayList<>();
        for (int r = 0; r < layout.rank(); r++) {
            float[] row = Arrays.copyOfRange(rows, r * target.in(), (r + 1) * target.in());
            float[] column = new float[target.out()];
            for (int o = 0; o < target.out(); o++) {
                column[o] = b[o * layout.rank() + r];
            }
            if (!isZero(row) && !isZero(column)) {
                components.add(new Component(row, column));
            }
        }
        return components;
    }

    private static boolean isZero(float[] values) {
        for (float value : values) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    private LowRankUpdate stacked(List<Component> components, int layer, Target target) {
        int rank = components.size();
        float[] a = new float[rank * target.in()];
        float[] b = new float[target.out() * rank];
        for (int r = 0; r < rank; r++) {
            System.arraycopy(components.get(r).row, 0, a, r * target.in(), target.in());
            for (int o = 0; o < target.out(); o++) {
                b[o * rank + r] = components.get(r).column[o];
            }
        }
        return new LowRankUpdate(layer, target.module(), rank, target.in(), target.out(), factor(), a, b);
    }

    private float factor() {
        return layout.alpha() / layout.rank();
    }

    /// Checks that there is room for an update of this shape.
    ///
    /// @throws InvalidAdapterException if it changes another weight than the layout has, has other features or a
    /// higher rank
    public void requireRoom(LowRankUpdate.Shape update) {
        update.requireFits(layout);
        if (update.rank() > layout.rank()) {
            throw new InvalidAdapterException(
                    update.weight(),
                    layout.rank(),
                    update.rank(),
                    "has rank " + update.rank() + ", more than the resident adapter's " + layout.rank(),
                    Remedy.HIGHER_RANK);
        }
    }

    private NamedTensor a(LowRankUpdate update, int layer, Target target) {
        float[] rows = Arrays.copyOf(update.a(), layout.rank() * target.in());
        return matrix(AdapterLayout.nameOfA(layer, target), new long[] {target.in(), layout.rank()}, rows);
    }

    private NamedTensor b(LowRankUpdate update, int layer, Target target) {
        float[] values = new float[target.out() * layout.rank()];
        if (update != null) {
            float scale = update.factor() / factor();
            for (int o = 0; o < target.out(); o++) {
                for (int r = 0; r < update.rank(); r++) {
                    values[o * layout.rank() + r] = scale * update.b()[o * update.rank() + r];
                }
            }
        }
        return matrix(AdapterLayout.nameOfB(layer, target), shapeOfB(target), values);
    }

    private long[] shapeOfB(Target target) {
        return new long[] {layout.rank(), target.out()};
    }

    private static NamedTensor matrix(String name, long[] shape, float[] values) {
        for (float value : values) {
            if (!(Math.abs(value) <= Halves.LARGEST)) {
                throw new InvalidAdapterException(
                        name,
                        Halves.LARGEST,
                        Float.toString(value),
                        "holds " + value + ", outside the range of 16-bit floats");
            }
        }
        return new NamedTensor(name, GgmlType.F16, shape, Halves.toF16(values));
    }

    /// With the shared A if these bytes are its.
    private Adapter adapter(List<NamedTensor> a, List<NamedTensor> b) {
        for (int i = 0; i < a.size(); i++) {
            if (!Arrays.equals(a.get(i).data(), sharedA.get(i).data())) {
                return Adapter.withOwnA(layout, a, b);
            }
        }
        return new Adapter(layout, sharedA, b);
    }

    private interface Visitor {
        void visit(int layer, Target target, int index);
    }

    private void forEach(Visitor visitor) {
        int index = 0;
        for (int layer = 0; layer < layout.layers(); layer++) {
            for (Target target : layout.targets()) {
                visitor.visit(layer, target, index++);
            }
        }
    }
}
