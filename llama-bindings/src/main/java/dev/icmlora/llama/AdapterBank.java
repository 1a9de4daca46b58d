package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlTensor;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.NativeCallException;
import dev.icmlora.ggml.TensorInfo;

/// Several adapters in one context, and so in one batch, each token with its own.
///
/// llama.cpp adds `B A x` for every token of a batch alike. The bank is one adapter of `loraSlots` times the
/// rank: its A is the adapters' common A, once for each LoRA slot, its B their Bs side by side. Between the two
/// products the context's evaluation callback sets what a token has in the LoRA slots of others to zero, so that
/// its own B is all that acts on it.
///
/// All adapters must have the same A. A bank belongs to one thread at a time together with the contexts
/// made by [#context]; closing is ordered as for [LoraAdapter].
///
/// That one adapter is made when the bank is first attached or written: its memory is `loraSlots` times an
/// adapter's, and a process that is asked for one adapter at a time never needs it.
public final class AdapterBank implements AutoCloseable {
    private final LlamaModel model;
    private final byte[] narrow;
    private final int loraSlots;
    private final int rank;

    /// None before it is first needed.
    private Wide wide;

    // Collected, not closed, with this object: it is made on any thread, and a native image cannot close an arena
    // that others might use.
    private final MemorySegment zeros;
    private final Products products = new Products();

    private int[] slotOfToken = {};
    /// The same of the tokens with an output alone: no others pass through the end of the last layer.
    private int[] slotOfOutput = {};
    /// Products that were masked in the running decode.
    private int masked;

    /// The adapter of all LoRA slots.
    ///
    /// @param b the B matrices as they are in it
    /// @param aMatrices addresses of the A matrices, in order: by them the products are recognised
    private record Wide(ResidentAdapter adapter, Map<String, NamedTensor> b, long[] aMatrices) {
        static Wide of(ResidentAdapter adapter, List<NamedTensor> tensors) {
            Map<String, NamedTensor> b = new HashMap<>();
            List<Long> addresses = new ArrayList<>();
            for (NamedTensor tensor : tensors) {
                if (isA(tensor.name())) {
                    addresses.add(adapter.address(tensor.name()));
                } else {
                    b.put(tensor.name(), tensor);
                }
            }
            return new Wide(
                    adapter,
                    b,
                    addresses.stream().mapToLong(Long::longValue).sorted().toArray());
        }
    }

    private AdapterBank(LlamaModel model, byte[] narrow, int loraSlots, int rank) {
        this.model = model;
        this.narrow = narrow;
        this.loraSlots = loraSlots;
        this.rank = rank;
        this.zeros = Arena.ofAuto().allocate((long) loraSlots * rank * Float.BYTES, Float.BYTES);
    }

    /// @param adapterGguf as [LoraAdapter#load] takes it, all of one rank; its A is that of all, its B is
    /// not used. It must not be written to
    /// @param loraSlots adapters at the same time, 2 or more
    /// @throws IllegalArgumentException if it is no such adapter
    public static AdapterBank create(LlamaModel model, byte[] adapterGguf, int loraSlots) {
        if (loraSlots < 2) {
            throw new IllegalArgumentException("a bank has 2 LoRA slots or more, not " + loraSlots);
        }
        try (GgufFile file = GgufFile.parse(adapterGguf)) {
            return new AdapterBank(model, adapterGguf, loraSlots, rank(file));
        }
    }

    private static int rank(GgufFile adapter) {
        int rank = 0;
        for (TensorInfo tensor : adapter.tensors()) {
            int itsRank = (int) tensor.shape()[isA(tensor.name()) ? 1 : 0];
            if (rank != 0 && itsRank != rank) {
                throw new IllegalArgumentException(tensor + " is of another rank than " + rank);
            }
            rank = itsRank;
        }
        return rank;
    }

    /// @throws NativeCallException if llama.cpp refuses it
    private Wide wide() {
        if (wide == null) {
            wide = widened();
        }
        return wide;
    }

    private Wide widened() {
        List<NamedTensor> tensors = new ArrayList<>();
        GgufWriter file = new GgufWriter();
        try (GgufFile adapter = GgufFile.parse(narrow)) {
            for (String key : List.of("general.type", "general.architecture", "adapter.type")) {
                file.string(key, adapter.string(key).orElse(""));
            }
            // llama.cpp divides by the rank, which is a LoRA slot's times their number.
            file.float32("adapter.lora.alpha", (float)
                    (loraSlots * adapter.float32("adapter.lora.alpha").orElse(Double.NaN)));
            for (TensorInfo tensor : adapter.tensors()) {
                tensors.add(widen(tensor, adapter.bytes(tensor), loraSlots));
            }
        }
        tensors.forEach(tensor -> file.tensor(tensor.name(), tensor.type(), tensor.shape(), tensor.data()));
        return Wide.of(ResidentAdapter.create(model, file.toBytes()), tensors);
    }

    private static boolean isA(String name) {
        return name.endsWith(".lora_a");
    }

    private static NamedTensor widen(TensorInfo tensor, byte[] data, int loraSlots) {
        long[] shape = tensor.shape();
        byte[] wide = new byte[Math.multiplyExact(data.length, loraSlots)];
        if (isA(tensor.name())) {
            for (int slot = 0; slot < loraSlots; slot++) {
                System.arraycopy(data, 0, wide, slot * data.length, data.length);
            }
            return new NamedTensor(tensor.name(), tensor.type(), new long[] {shape[0], loraSlots * shape[1]}, wide);
        }
        return new NamedTensor(tensor.name(), tensor.type(), new long[] {loraSlots * shape[0], shape[1]}, wide);
    }

    /// Adapters at the same time.
    public int loraSlots() {
        return loraSlots;
    }

    /// A context whose batches the bank can take part in. It has no adapter yet.
    public LlamaContext context(ContextOptions options) {
        return LlamaContext.create(model, options, List.of(products));
    }

    /// Makes the bank the only adapter of a context that it made; from then on its batches are decoded with
    /// [#decode].
    ///
    /// @throws NativeCallException if llama.cpp refuses the bank's adapter
    public void attach(LlamaContext context) {
        wide().adapter.attach(context, 1);
    }

    /// Gives LoRA slots to adapters. All are checked before the first is written.
    ///
    /// @param generated of each LoRA slot, the B matrices in the order and shape of the adapter that the bank
    /// was made from
    /// @throws IllegalArgumentException if a LoRA slot is not there, or a matrix does not fit
    /// @throws NativeCallException if llama.cpp refuses the bank's adapter
    public void put(Map<Integer, ? extends Collection<NamedTensor>> generated) {
        generated.forEach((slot, tensors) -> {
            requireSlot(slot);
            tensors.forEach(this::requireFits);
        });
        Map<String, NamedTensor> changed = new HashMap<>();
        generated.forEach((slot, tensors) -> {
            for (NamedTensor tensor : tensors) {
                NamedTensor target = wide().b.get(tensor.name());
                int row = (int) GgmlType.F16.bytes(rank);
                int stride = row * loraSlots;
                for (int from = 0, to = slot * row; from < tensor.data().length; from += row, to += stride) {
                    System.arraycopy(tensor.data(), from, target.data(), to, row);
                }
                changed.put(tensor.name(), target);
            }
        });
        wide().adapter.apply(changed.values());
    }

    private void requireSlot(int slot) {
        if (slot < 0 || slot >= loraSlots) {
            throw new IllegalArgumentException("LoRA slot " + slot + " is not within 0 to " + (loraSlots - 1));
        }
    }

    private void requireFits(NamedTensor tensor) {
        NamedTensor wideOne = wide().b.get(tensor.name());
        if (wideOne == null) {
            throw new IllegalArgumentException("no tensor " + tensor.name() + " in this bank");
        }
        boolean fits = tensor.type() == GgmlType.F16
                && wideOne.type() == GgmlType.F16
                && tensor.shape()[0] == rank
                && tensor.shape()[1] == wideOne.shape()[1];
        if (!fits) {
            throw new IllegalArgumentException(tensor.name() + " does not fit " + Arrays.toString(wideOne.shape()));
        }
    }

    /// Decodes a batch, each token with the adapter of a LoRA slot.
    ///
    /// @param context that the bank is attached to
    /// @param slotOf the LoRA slot of each token of the batch
    /// @throws IllegalArgumentException also if a LoRA slot is not there
    /// @throws DecodeException as [LlamaContext#decode] does
    /// @throws NativeCallException if the adapters were not kept apart, as in a context that the bank is
    /// not attached to
    public void decode(LlamaContext context, TokenBatch batch, int[] slotOf) {
        if (slotOf.length != batch.size()) {
            throw new IllegalArgumentException(slotOf.length + " LoRA slots for " + batch.size() + " tokens");
        }
        for (int slot : slotOf) {
            requireSlot(slot);
        }
        int expected = wide().aMatrices.length;
        products.begin();
        masked = 0;
        slotOfToken = slotOf.clone();
        slotOfOutput = batch.outputs().stream().map(token -> slotOf[token]).toArray();
        try {
            context.decode(batch);
        } finally {
            slotOfToken = new int[0];
            slotOfOutput = new int[0];
        }
        products.requireNoFailure();
        if (masked != expected) {
            throw new NativeCallException("llama_decode", 0, masked + " products kept apart in place of " + expected);
        }
    }

    /// Keeps apart what A makes of each token.
    private final class Products extends NodeObserver {
        @Override
        boolean isIdle() {
            return slotOfToken.length == 0;
        }

        @Override
        boolean wants(GgmlTensor node) {
            return Arrays.binarySearch(wide.aMatrices, node.sourceAddress(0)) >= 0;
        }

        @Override
        boolean take(GgmlTensor product) {
            mask(product);
            masked++;
            return true;
        }
    }

    /// @param product of A and the tokens, `[loraSlots * rank, tokens]`
    private void mask(GgmlTensor product) {
        long row = zeros.byteSize();
        int[] slotOf = product.ne(1) == slotOfToken.length ? slotOfToken : slotOfOutput;
        if (product.ne(0) * Float.BYTES != row || product.ne(1) != slotOf.length) {
            throw new NativeCallException(
                    "llama_decode",
                    0,
                    "a product of " + product.ne(1) + " tokens, not " + slotOfToken.length + " or the "
                            + slotOfOutput.length + " with an output");
        }
        long slotBytes = (long) rank * Float.BYTES;
        for (int token = 0; token < slotOf.length; token++) {
            long start = token * row;
            long before = slotOf[token] * slotBytes;
            long after = row - before - slotBytes;
            if (before > 0) {
                GgmlBackendH.ggml_backend_tensor_set(product.struct(), zeros, start, before);
            }
            if (after > 0) {
                GgmlBackendH.ggml_backend_tensor_set(product.struct(), zeros, start + before + slotBytes, after);
            }
        }
    }

    @Override
    public void close() {
        if (wide != null) {
            wide.adapter.close();
        }
    }
}
