package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.icmlora.capi.EvalCallback;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlTensor;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.NativeCallException;
import dev.icmlora.ggml.TensorInfo;

/// Several adapters in one context, and so in one batch, each token with its own.
///
/// llama.cpp adds `B A x` for every token of a batch alike. The bank is one adapter of `seats` times the
/// rank: its A is the adapters' common A, once for each seat, its B their Bs side by side. Between the two
/// products the context's evaluation callback sets what a token has in the seats of others to zero, so that
/// its own B is all that acts on it.
///
/// All adapters must have the same A. A bank belongs to one thread at a time together with the contexts
/// made by [#context]; closing is ordered as for [LoraAdapter].
public final class AdapterBank implements AutoCloseable {
    private final LlamaModel model;
    private final int seats;
    private final int rank;
    private final ResidentAdapter wide;
    /// The wide B matrices as they are in the resident adapter.
    private final Map<String, NamedTensor> b = new HashMap<>();

    /// Addresses of the A matrices, in order: by them the products are recognised.
    private final long[] aMatrices;

    // Collected, not closed, with this object: see LlamaContext.abortWhen.
    private final MemorySegment callback;
    private final MemorySegment zeros;

    private int[] seatOfToken = {};
    /// The same of the tokens with an output alone: no others pass through the end of the last layer.
    private int[] seatOfOutput = {};
    /// Products that were masked in the running decode.
    private int masked;
    private RuntimeException failure;

    private AdapterBank(LlamaModel model, int seats, int rank, ResidentAdapter wide, List<NamedTensor> tensors) {
        this.model = model;
        this.seats = seats;
        this.rank = rank;
        this.wide = wide;
        List<Long> addresses = new ArrayList<>();
        for (NamedTensor tensor : tensors) {
            if (isA(tensor.name())) {
                addresses.add(wide.address(tensor.name()));
            } else {
                b.put(tensor.name(), tensor);
            }
        }
        this.aMatrices = addresses.stream().mapToLong(Long::longValue).sorted().toArray();
        this.callback = EvalCallback.pointer((node, ask, data) -> observe(node, ask), Arena.ofAuto());
        this.zeros = Arena.ofAuto().allocate((long) seats * rank * Float.BYTES, Float.BYTES);
    }

    /// @param adapterGguf as [LoraAdapter#load] takes it, all of one rank; its A is that of all, its B is
    /// not used
    /// @param seats adapters at the same time, 2 or more
    /// @throws IllegalArgumentException if it is no such adapter
    /// @throws NativeCallException if llama.cpp refuses it
    public static AdapterBank create(LlamaModel model, byte[] adapterGguf, int seats) {
        if (seats < 2) {
            throw new IllegalArgumentException("a bank has 2 seats or more, not " + seats);
        }
        List<NamedTensor> widened = new ArrayList<>();
        int rank = 0;
        GgufWriter file = new GgufWriter();
        try (GgufFile narrow = GgufFile.parse(adapterGguf)) {
            for (String key : List.of("general.type", "general.architecture", "adapter.type")) {
                file.string(key, narrow.string(key).orElse(""));
            }
            // llama.cpp divides by the rank, which is a seat's times their number.
            file.float32("adapter.lora.alpha", (float)
                    (seats * narrow.float32("adapter.lora.alpha").orElse(Double.NaN)));
            for (TensorInfo tensor : narrow.tensors()) {
                int itsRank = (int) tensor.shape()[isA(tensor.name()) ? 1 : 0];
                if (rank != 0 && itsRank != rank) {
                    throw new IllegalArgumentException(tensor + " is of another rank than " + rank);
                }
                rank = itsRank;
                widened.add(widen(tensor, narrow.bytes(tensor), seats));
            }
        }
        widened.forEach(tensor -> file.tensor(tensor.name(), tensor.type(), tensor.shape(), tensor.data()));
        ResidentAdapter wide = ResidentAdapter.create(model, file.toBytes());
        return new AdapterBank(model, seats, rank, wide, widened);
    }

    private static boolean isA(String name) {
        return name.endsWith(".lora_a");
    }

    private static NamedTensor widen(TensorInfo tensor, byte[] data, int seats) {
        long[] shape = tensor.shape();
        byte[] wide = new byte[Math.multiplyExact(data.length, seats)];
        if (isA(tensor.name())) {
            for (int seat = 0; seat < seats; seat++) {
                System.arraycopy(data, 0, wide, seat * data.length, data.length);
            }
            return new NamedTensor(tensor.name(), tensor.type(), new long[] {shape[0], seats * shape[1]}, wide);
        }
        return new NamedTensor(tensor.name(), tensor.type(), new long[] {seats * shape[0], shape[1]}, wide);
    }

    /// Adapters at the same time.
    public int seats() {
        return seats;
    }

    /// A context whose batches the bank can take part in. It has no adapter yet.
    public LlamaContext context(ContextOptions options) {
        return LlamaContext.create(model, options, callback);
    }

    /// Makes the bank the only adapter of a context that it made; from then on its batches are decoded with
    /// [#decode].
    public void attach(LlamaContext context) {
        wide.attach(context, 1);
    }

    /// Gives seats to adapters. All are checked before the first is written.
    ///
    /// @param generated of each seat, the B matrices in the order and shape of the adapter that the bank
    /// was made from
    /// @throws IllegalArgumentException if a seat is not there, or a matrix does not fit
    public void put(Map<Integer, ? extends Collection<NamedTensor>> generated) {
        generated.forEach((seat, tensors) -> {
            requireSeat(seat);
            tensors.forEach(this::requireFits);
        });
        Map<String, NamedTensor> changed = new HashMap<>();
        generated.forEach((seat, tensors) -> {
            for (NamedTensor tensor : tensors) {
                NamedTensor target = b.get(tensor.name());
                int row = (int) GgmlType.F16.bytes(rank);
                int stride = row * seats;
                for (int from = 0, to = seat * row; from < tensor.data().length; from += row, to += stride) {
                    System.arraycopy(tensor.data(), from, target.data(), to, row);
                }
                changed.put(tensor.name(), target);
            }
        });
        wide.apply(changed.values());
    }

    private void requireSeat(int seat) {
        if (seat < 0 || seat >= seats) {
            throw new IllegalArgumentException("seat " + seat + " is not within 0 to " + (seats - 1));
        }
    }

    private void requireFits(NamedTensor tensor) {
        NamedTensor wideOne = b.get(tensor.name());
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

    /// Decodes a batch, each token with the adapter of a seat.
    ///
    /// @param context that the bank is attached to
    /// @param seatOf the seat of each token of the batch
    /// @throws IllegalArgumentException also if a seat is not there, or the batch is larger than a
    /// micro-batch of the context
    /// @throws DecodeException as [LlamaContext#decode] does
    /// @throws NativeCallException if the adapters were not kept apart, as in a context that the bank is
    /// not attached to
    public void decode(LlamaContext context, TokenBatch batch, int[] seatOf) {
        if (seatOf.length != batch.size()) {
            throw new IllegalArgumentException(seatOf.length + " seats for " + batch.size() + " tokens");
        }
        for (int seat : seatOf) {
            requireSeat(seat);
        }
        if (batch.size() > context.options().microBatchTokens()) {
            throw new IllegalArgumentException("a batch of " + batch.size() + " tokens would be decoded in pieces");
        }
        failure = null;
        masked = 0;
        seatOfToken = seatOf.clone();
        seatOfOutput = batch.outputs().stream().map(token -> seatOf[token]).toArray();
        try {
            context.decode(batch);
        } finally {
            seatOfToken = new int[0];
            seatOfOutput = new int[0];
        }
        if (failure != null) {
            throw failure;
        }
        if (masked != aMatrices.length) {
            throw new NativeCallException(
                    "llama_decode", 0, masked + " products kept apart in place of " + aMatrices.length);
        }
    }

    /// An exception that left an upcall would end the process.
    private boolean observe(MemorySegment node, boolean ask) {
        try {
            if (seatOfToken.length == 0) {
                return false;
            }
            GgmlTensor tensor = GgmlTensor.at(node);
            if (ask) {
                return Arrays.binarySearch(aMatrices, tensor.sourceAddress(0)) >= 0;
            }
            mask(tensor);
            masked++;
        } catch (RuntimeException e) {
            failure = e;
        } catch (Error e) {
            failure = new IllegalStateException("the adapters of a batch could not be kept apart", e);
        }
        return true;
    }

    /// @param product of A and the tokens, `[seats * rank, tokens]`
    private void mask(GgmlTensor product) {
        long row = zeros.byteSize();
        int[] seatOf = product.ne(1) == seatOfToken.length ? seatOfToken : seatOfOutput;
        if (product.ne(0) * Float.BYTES != row || product.ne(1) != seatOf.length) {
            throw new NativeCallException(
                    "llama_decode",
                    0,
                    "a product of " + product.ne(1) + " tokens, not " + seatOfToken.length + " or the "
                            + seatOfOutput.length + " with an output");
        }
        long seatBytes = (long) rank * Float.BYTES;
        for (int token = 0; token < seatOf.length; token++) {
            long start = token * row;
            long before = seatOf[token] * seatBytes;
            long after = row - before - seatBytes;
            if (before > 0) {
                GgmlBackendH.ggml_backend_tensor_set(product.struct(), zeros, start, before);
            }
            if (after > 0) {
                GgmlBackendH.ggml_backend_tensor_set(product.struct(), zeros, start + before + seatBytes, after);
            }
        }
    }

    /// Idempotent.
    @Override
    public void close() {
        wide.close();
    }
}
