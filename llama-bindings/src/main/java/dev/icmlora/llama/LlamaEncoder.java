package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.LlamaContextH;
import dev.icmlora.capi.LlamaContextParams;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.capi.NativeLog;
import dev.icmlora.ggml.NativeCallException;

/// A model that reads texts and writes none: a sentence encoder, such as one of the architecture `bert`. Gives the
/// hidden states of a text's tokens, after the last layer, and one vector for the text.
///
/// Belongs to one thread at a time. Every number is checked here before it reaches llama.cpp, which ends the process on
/// a text that is longer than a batch.
public final class LlamaEncoder implements AutoCloseable {
    private static final String PREFIX = "icm-lora.encoder.prefix";

    /// How the states of a text's tokens become its vector, by `enum llama_pooling_type` (llama.h).
    private enum Pooling {
        MEAN,
        FIRST,
        LAST;

        static Pooling of(LlamaModel model) {
            Optional<String> stored = model.metadata(model.architecture() + ".pooling_type");
            return switch (stored.orElse("1")) {
                case "1" -> MEAN;
                case "2" -> FIRST;
                case "3" -> LAST;
                default ->
                    throw new IllegalArgumentException("has pooling " + stored.get()
                            + ", where 1 (mean), 2 (first token) or 3 (last) give a vector");
            };
        }
    }

    private final LlamaModel model;
    private final NativeHandle handle;
    private final TokenBatch batch;
    private final Pooling pooling;
    private final String prefix;
    private final int width;
    private final int longest;
    /// Whether it is one that also writes, whose memory has to be cleared.
    private final boolean hasMemory;

    private NativeHandle pool;

    private LlamaEncoder(LlamaModel model, Pooling pooling, int longest, MemorySegment context) {
        this.model = model;
        this.pooling = pooling;
        this.longest = longest;
        this.prefix = model.metadata(PREFIX).orElse("");
        this.width = model.hiddenSize();
        this.handle = new NativeHandle("encoder", context, this::free);
        this.hasMemory = !LlamaContextH.llama_get_memory(context).equals(MemorySegment.NULL);
        this.batch = TokenBatch.allocate(longest, sequences(longest));
    }

    /// @param model is kept until the encoder is closed, even when it is closed before
    /// @param mostTokens of a text, and of texts that are read together; the model may have been trained with fewer
    /// @throws IllegalArgumentException if the model gives no vectors
    /// @throws NativeCallException if llama.cpp cannot create a context, for want of memory above all
    public static LlamaEncoder create(LlamaModel model, int mostTokens, int threads) {
        Pooling pooling = Pooling.of(model);
        int longest = Math.min(mostTokens, trainedTokens(model));
        model.handle().hold();
        try (Arena arena = CallArena.open();
                NativeLog.Capture errors = NativeLog.capture()) {
            LlamaContextParams params = new LlamaContextParams(LlamaContextH.llama_context_default_params(arena));
            params.tokens(longest, longest);
            params.maxSequences(sequences(longest));
            params.unifiedKv(true);
            params.threads(threads);
            params.tokenStates();
            MemorySegment context =
                    LlamaContextH.llama_init_from_model(model.handle().held(), params.struct());
            if (context.equals(MemorySegment.NULL)) {
                throw new NativeCallException("llama_init_from_model", 0, errors.text());
            }
            try {
                return new LlamaEncoder(model, pooling, longest, context);
            } catch (RuntimeException e) {
                LlamaContextH.llama_free(context);
                throw e;
            }
        } catch (RuntimeException e) {
            model.handle().drop();
            throw e;
        }
    }

    private static int trainedTokens(LlamaModel model) {
        return model.metadata(model.architecture() + ".context_length")
                .map(Integer::parseInt)
                .filter(tokens -> tokens > 0)
                .orElseThrow(() -> new IllegalArgumentException("says nothing of how long its texts may be"));
    }

    private static int sequences(int longest) {
        return Math.min(longest, ContextOptions.LLAMA_MAX_SEQ);
    }

    /// Numbers of a state, and of a text's vector.
    public int width() {
        return width;
    }

    /// Tokens of the longest text, those around it included.
    public int longest() {
        return longest;
    }

    /// What goes before each text, as the model was trained; usually nothing.
    public String prefix() {
        return prefix;
    }

    /// Tokens of a text, with the prefix before it, and within those that the model was trained to have around one.
    /// They may be more than [#longest]; see [#cut]. Usable from any thread.
    ///
    /// Hugging Face's tokenizers take a word of more than a hundred letters for one unknown token. Here it is cut
    /// into known pieces.
    public int[] tokenize(String text) {
        return model.vocabulary().tokenizeWhole(prefix + text);
    }

    /// A text's tokens up to the longest that can be read, with its last one, which ends it.
    public int[] cut(int[] tokens) {
        if (tokens.length <= longest) {
            return tokens;
        }
        int[] first = Arrays.copyOf(tokens, longest);
        first[longest - 1] = tokens[tokens.length - 1];
        return first;
    }

    /// Computes with the threads of a pool from now on: as many of them as [#threads] allows.
    public void attach(ThreadPool threads) {
        MemorySegment context = handle.get();
        NativeHandle newPool = threads.handle();
        newPool.hold();
        LlamaContextH.llama_attach_threadpool(context, newPool.held(), newPool.held());
        dropPool();
        pool = newPool;
    }

    private void dropPool() {
        if (pool != null) {
            pool.drop();
        }
    }

    /// CPU threads of later calls, 1 to 512.
    public void threads(int threads) {
        ContextOptions.requireThreads(threads);
        LlamaContextH.llama_set_n_threads(handle.get(), threads, threads);
    }

    /// One vector of length 1 for each text, read together.
    ///
    /// @param texts each of 1 token or more, together of [#longest] at most
    /// @return arrays of [#width]
    /// @throws IllegalArgumentException if they are more, or a token is none of this model's
    public List<float[]> vectors(List<int[]> texts) {
        read(texts);
        float[][] vectors = new float[texts.size()][];
        int from = 0;
        for (int i = 0; i < vectors.length; i++) {
            int to = from + texts.get(i).length;
            vectors[i] = pooled(from, to);
            from = to;
        }
        return List.of(vectors);
    }

    /// The hidden state of each token of a text.
    ///
    /// @param tokens 1 to [#longest]
    /// @return arrays of [#width]
    public List<float[]> states(int[] tokens) {
        read(List.of(tokens));
        float[][] states = new float[tokens.length][];
        for (int i = 0; i < states.length; i++) {
            states[i] = state(i);
        }
        return List.of(states);
    }

    private void read(List<int[]> texts) {
        MemorySegment context = handle.get();
        int all = texts.stream().mapToInt(text -> text.length).sum();
        if (all > longest
                || texts.isEmpty()
                || texts.size() > sequences(longest)
                || texts.stream().anyMatch(text -> text.length == 0)) {
            throw new IllegalArgumentException(
                    "texts have 1 token or more and together " + longest + " at most, not " + all);
        }
        batch.clear();
        for (int sequence = 0; sequence < texts.size(); sequence++) {
            int[] tokens = texts.get(sequence);
            for (int position = 0; position < tokens.length; position++) {
                model.vocabulary().require(tokens[position]);
                batch.add(tokens[position], position, sequence, true);
            }
        }
        try (NativeLog.Capture errors = NativeLog.capture()) {
            int code;
            if (hasMemory) {
                LlamaContextH.llama_memory_clear(LlamaContextH.llama_get_memory(context), false);
                code = LlamaContextH.llama_decode(context, batch.struct());
            } else {
                code = LlamaContextH.llama_encode(context, batch.struct());
            }
            if (code != 0) {
                throw new DecodeException(code, errors.text());
            }
            LlamaContextH.llama_synchronize(context);
        }
    }

    private float[] pooled(int from, int to) {
        return switch (pooling) {
            case MEAN -> {
                double[] sum = new double[width];
                for (int token = from; token < to; token++) {
                    float[] state = state(token);
                    for (int i = 0; i < width; i++) {
                        sum[i] += state[i];
                    }
                }
                yield unit(sum);
            }
            case FIRST -> unit(doubles(state(from)));
            case LAST -> unit(doubles(state(to - 1)));
        };
    }

    private float[] state(int token) {
        MemorySegment row = LlamaContextH.llama_get_embeddings_ith(handle.get(), token);
        if (row.equals(MemorySegment.NULL)) {
            throw new NativeCallException("llama_get_embeddings_ith", 0, "no such token");
        }
        return row.reinterpret((long) width * Float.BYTES).toArray(ValueLayout.JAVA_FLOAT);
    }

    private static double[] doubles(float[] state) {
        double[] doubles = new double[state.length];
        for (int i = 0; i < state.length; i++) {
            doubles[i] = state[i];
        }
        return doubles;
    }

    private static float[] unit(double[] sum) {
        double square = 0;
        for (double value : sum) {
            square += value * value;
        }
        float[] unit = new float[sum.length];
        for (int i = 0; i < sum.length && square > 0; i++) {
            unit[i] = (float) (sum[i] / Math.sqrt(square));
        }
        return unit;
    }

    private void free(MemorySegment context) {
        LlamaContextH.llama_free(context);
        batch.close();
        dropPool();
        model.handle().drop();
    }

    @Override
    public void close() {
        handle.close();
    }
}
