package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.Lock;

import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.LlamaContextH;
import dev.icmlora.capi.LlamaContextParams;
import dev.icmlora.capi.LlamaSamplerH.LlamaTokenDataArray;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.capi.NativeLog;
import dev.icmlora.ggml.NativeCallException;

/// A model's working state: the memory (KV cache) of its sequences and the outputs of the last batch.
///
/// Belongs to one thread at a time; different contexts of a model decode in parallel. Attaching another
/// adapter does not clear the memory: what was computed under the old one stays and would contaminate
/// answers, so clear it or key it by adapter.
///
/// Every number is checked here before it reaches llama.cpp, which ends the process on a bad one.
public final class LlamaContext implements AutoCloseable {
    /// Tokens of a context whose memory is less than it is worth to look for it.
    private static final int SMALL = 1024;

    private final LlamaModel model;
    private final ContextOptions options;
    private final NativeHandle handle;
    private final MemorySegment memory;
    private final int vocabularySize;
    /// Present if the context gives hidden states.
    private final HiddenStates states;
    /// Kept so that its code lives as long as the context calls it.
    private final MemorySegment evalCallback;
    private final int batchTokens;
    private final int contextTokens;

    /// Made when first needed: it is as large as the vocabulary.
    private LlamaTokenDataArray candidates;

    private BitSet outputs = new BitSet();
    private NativeHandle adapter;
    private NativeHandle pool;

    private LlamaContext(
            LlamaModel model,
            ContextOptions options,
            MemorySegment context,
            MemorySegment evalCallback,
            HiddenStates states) {
        this.model = model;
        this.options = options;
        this.handle = new NativeHandle("context", context, this::free);
        this.memory = LlamaContextH.llama_get_memory(context);
        this.vocabularySize = model.vocabulary().size();
        this.states = states;
        this.evalCallback = evalCallback;
        this.batchTokens = LlamaContextH.llama_n_batch(context);
        this.contextTokens = LlamaContextH.llama_n_ctx_seq(context);
    }

    /// @throws NativeCallException if llama.cpp cannot create it, for want of memory above all, or the model's
    /// graph has no node of those hidden states
    /// @throws IllegalArgumentException if the model is an encoder, or has fewer layers than the hidden states are
    /// to be taken after
    public static LlamaContext create(LlamaModel model, ContextOptions options) {
        return create(model, options, List.of());
    }

    /// @param others that observe its graph too
    static LlamaContext create(LlamaModel model, ContextOptions options, List<NodeObserver> others) {
        HiddenStates states = states(model, options);
        List<NodeObserver> observers = new ArrayList<>(others);
        if (states != null) {
            observers.add(states);
        }
        MemorySegment evalCallback = observers.isEmpty() ? MemorySegment.NULL : NodeObserver.callback(observers);
        model.handle().hold();
        Lock graphs = model.adapterSet().readLock();
        graphs.lock();
        try (Arena arena = CallArena.open();
                NativeLog.Capture errors = NativeLog.capture()) {
            LlamaContextParams params = new LlamaContextParams(LlamaContextH.llama_context_default_params(arena));
            params.tokens(options.contextTokens(), options.batchTokens());
            params.maxSequences(options.maxSequences());
            params.unifiedKv(options.unifiedKv());
            params.threads(options.threads());
            params.evalCallback(evalCallback);
            MemorySegment context =
                    LlamaContextH.llama_init_from_model(model.handle().held(), params.struct());
            if (context.equals(MemorySegment.NULL)) {
                throw new NativeCallException("llama_init_from_model", 0, options + " " + errors.text());
            }
            try {
                prepare(model, options, context, states);
            } catch (RuntimeException e) {
                LlamaContextH.llama_free(context);
                throw e;
            }
            return new LlamaContext(model, options, context, evalCallback, states);
        } catch (RuntimeException e) {
            model.handle().drop();
            throw e;
        } finally {
            graphs.unlock();
        }
    }

    private static HiddenStates states(LlamaModel model, ContextOptions options) {
        if (!options.givesLogits()) {
            return HiddenStates.after(options.hiddenLayer(), model.layers());
        }
        return options.watchedLayers().isEmpty() ? null : HiddenStates.beside(options.watchedLayers(), model.layers());
    }

    private static void prepare(LlamaModel model, ContextOptions options, MemorySegment context, HiddenStates states) {
        if (LlamaContextH.llama_get_memory(context).equals(MemorySegment.NULL)) {
            // An encoder: llama_decode would run it, under conditions that end the process.
            throw new IllegalArgumentException(model.architecture() + " is no model that generates text");
        }
        // The graph asked for below has one sequence, which memory in equal parts, one for each, cannot have.
        boolean keepsMemory = options.contextTokens() < SMALL || !options.unifiedKv() && options.maxSequences() > 1;
        if (states == null && keepsMemory) {
            return;
        }
        ContextGraph graph = ContextGraph.of(context, options.batchTokens());
        if (states != null) {
            states.requireNodes(graph);
        }
        graph.giveMemoryBack();
    }

    public LlamaModel model() {
        return model;
    }

    public ContextOptions options() {
        return options;
    }

    /// Tokens that one sequence can hold, as llama.cpp rounded them.
    public int contextTokens() {
        return contextTokens;
    }

    /// Computes the batch and adds it to the memory. Returns when the outputs are there, on a GPU too, so
    /// that no thread writes adapter weights under a running computation.
    ///
    /// @throws IllegalArgumentException if the batch is empty, larger than this context's batches or holds a
    /// foreign token or sequence, or a position that no sequence has room for
    /// @throws DecodeException if llama.cpp refuses or stops; its reason says what became of the memory
    public void decode(TokenBatch batch) {
        MemorySegment context = handle.get();
        MemorySegment struct = batch.struct();
        if (batch.size() == 0 || batch.size() > batchTokens) {
            throw new IllegalArgumentException(
                    "a batch holds 1 to " + batchTokens + " tokens here, not " + batch.size());
        }
        if (batch.highestToken() >= vocabularySize) {
            throw new IllegalArgumentException(
                    "token " + batch.highestToken() + " is not within 0 to " + (vocabularySize - 1));
        }
        requireSequence(batch.highestSequence());
        if (batch.highestPosition() >= contextTokens) {
            throw new IllegalArgumentException(
                    "position " + batch.highestPosition() + " is not within 0 to " + (contextTokens - 1));
        }
        outputs.clear();
        if (states != null) {
            states.begin(states.areAll() ? batch.outputs() : batch.watched());
        }
        Lock graphs = model.adapterSet().readLock();
        graphs.lock();
        try (NativeLog.Capture errors = NativeLog.capture()) {
            int code = LlamaContextH.llama_decode(context, struct);
            if (code != 0) {
                throw new DecodeException(code, errors.text());
            }
            LlamaContextH.llama_synchronize(context);
        } finally {
            graphs.unlock();
        }
        BitSet wanted = batch.outputs();
        if (states != null) {
            states.requireAll();
        }
        outputs = wanted;
    }

    /// Computes with the threads of a pool from now on: as many of them as [#threads] allows.
    public void attach(ThreadPool threads) {
        MemorySegment context = handle.get();
        NativeHandle newPool = threads.handle();
        newPool.hold();
        LlamaContextH.llama_attach_threadpool(context, newPool.held(), newPool.held());
        replacePool(newPool);
    }

    /// @param newPool null for none
    private void replacePool(NativeHandle newPool) {
        if (pool != null) {
            pool.drop();
        }
        pool = newPool;
    }

    /// CPU threads of later decodes, 1 to 512. Contexts that decode at the same time share the processors.
    public void threads(int threads) {
        ContextOptions.requireThreads(threads);
        LlamaContextH.llama_set_n_threads(handle.get(), threads, threads);
    }

    /// Unnormalised scores over the vocabulary for the token that follows a position of the last batch.
    ///
    /// @param batchIndex what [TokenBatch#add] returned for a position with `output`
    /// @return a new array of [Vocabulary#size]
    /// @throws IllegalArgumentException if that position was no output of the last successful batch
    /// @throws IllegalStateException if the context gives hidden states instead
    public float[] logits(int batchIndex) {
        return logitsSegment(batchIndex).toArray(ValueLayout.JAVA_FLOAT);
    }

    /// Valid until the next decode.
    MemorySegment logitsSegment(int batchIndex) {
        MemorySegment context = handle.get();
        if (!options.givesLogits()) {
            throw new IllegalStateException("this context gives hidden states and computes no logits");
        }
        requireOutput(batchIndex);
        MemorySegment row = LlamaContextH.llama_get_logits_ith(context, batchIndex);
        if (row.equals(MemorySegment.NULL)) {
            throw new NativeCallException("llama_get_logits_ith", 0, "no such output");
        }
        return row.reinterpret((long) vocabularySize * Float.BYTES);
    }

    /// All tokens with their scores at a position, for a sampler to choose from. Valid until the next call.
    LlamaTokenDataArray candidates(int batchIndex) {
        MemorySegment logits = logitsSegment(batchIndex);
        if (candidates == null) {
            candidates = new LlamaTokenDataArray(Arena.ofAuto(), vocabularySize);
        }
        candidates.fill(logits);
        return candidates;
    }

    /// Weights that are finite can be large enough for scores that are not. Samplers sort by them, which has
    /// no meaning in C then, and answer with some token.
    ///
    /// @throws ScoresNotFiniteException unless all scores at this position are finite
    public void requireFiniteLogits(int batchIndex) {
        float largest = largestLogit(batchIndex);
        if (!Float.isFinite(largest)) {
            throw new ScoresNotFiniteException(largest);
        }
    }

    /// Whether all scores at this position are finite.
    public boolean areLogitsFinite(int batchIndex) {
        return Float.isFinite(largestLogit(batchIndex));
    }

    /// The largest by its size alone; one that is no number counts as the largest.
    private float largestLogit(int batchIndex) {
        MemorySegment row = logitsSegment(batchIndex);
        // As bits, which the compiler makes vectors of: this is done for every token.
        int largest = 0;
        for (int token = 0; token < vocabularySize; token++) {
            largest = Math.max(largest, row.getAtIndex(ValueLayout.JAVA_INT, token) & Integer.MAX_VALUE);
        }
        return Float.intBitsToFloat(largest);
    }

    /// The token with the greatest score; of equal ones the first.
    int likeliest(int batchIndex) {
        MemorySegment row = logitsSegment(batchIndex);
        float greatest = Float.NEGATIVE_INFINITY;
        int likeliest = 0;
        for (int token = 0; token < vocabularySize; token++) {
            float score = row.getAtIndex(ValueLayout.JAVA_FLOAT, token);
            if (score > greatest) {
                greatest = score;
                likeliest = token;
            }
        }
        return likeliest;
    }

    /// Hidden state at a position of the last batch, after [ContextOptions#hiddenLayer] layers: divided by its root
    /// mean square, or, after the last layer, what the model's own final norm makes of it. Not pooled.
    ///
    /// @param batchIndex what [TokenBatch#add] returned for a position with `output`
    /// @return a new array of the model's hidden size
    /// @throws IllegalStateException if the context gives logits
    /// @throws IllegalArgumentException if that position was no output of the last successful batch
    public float[] embedding(int batchIndex) {
        handle.get();
        if (options.givesLogits()) {
            throw new IllegalStateException("this context gives logits and no hidden states");
        }
        requireOutput(batchIndex);
        return states.row(options.hiddenLayer(), batchIndex);
    }

    /// Hidden state at a token of the last batch, beside the logits, divided by its root mean square.
    ///
    /// @param layer one of [ContextOptions#watchedLayers]
    /// @param batchIndex of a token that the batch had [watched][TokenBatch#watch]
    /// @return a new array of the model's hidden size
    /// @throws IllegalArgumentException if nothing is known of that token after this layer
    public float[] state(int layer, int batchIndex) {
        handle.get();
        if (states == null) {
            throw new IllegalArgumentException("this context watches no layer");
        }
        return states.row(layer, batchIndex);
    }

    /// Forgets all sequences.
    public void clearMemory() {
        handle.get();
        LlamaContextH.llama_memory_clear(memory, false);
    }

    /// Forgets all sequences, and overwrites their keys and values with zeros.
    public void wipeMemory() {
        handle.get();
        LlamaContextH.llama_memory_clear(memory, true);
    }

    /// Forgets positions `[from, to)` of a sequence.
    ///
    /// @param from below 0 for the beginning
    /// @param to below 0 for the end
    /// @return false if the model cannot forget a part; forgetting a whole sequence always works
    public boolean removeSequence(int sequence, int from, int to) {
        handle.get();
        requireSequence(sequence);
        return LlamaContextH.llama_memory_seq_rm(memory, sequence, from, to);
    }

    /// Makes positions `[from, to)` of one sequence part of another too. With a unified memory nothing is
    /// copied.
    ///
    /// @param from below 0 for the beginning
    /// @param to below 0 for the end
    /// @throws IllegalArgumentException if a part is to be copied but the memory is not unified, or the
    /// target is not empty: llama.cpp would count what both hold twice, and never forget it again
    public void copySequence(int source, int target, int from, int to) {
        handle.get();
        requireSequence(source);
        requireSequence(target);
        if (!options.unifiedKv() && source != target && (from > 0 || to >= 0)) {
            throw new IllegalArgumentException("only whole sequences can be copied unless the memory is unified");
        }
        if (lastPosition(target) >= 0) {
            throw new IllegalArgumentException(
                    "sequence " + target + " is not empty, it ends at position " + lastPosition(target));
        }
        LlamaContextH.llama_memory_seq_cp(memory, source, target, from, to);
    }

    /// Highest position that the memory holds of a sequence, -1 if it holds none.
    public int lastPosition(int sequence) {
        handle.get();
        requireSequence(sequence);
        return LlamaContextH.llama_memory_seq_pos_max(memory, sequence);
    }

    /// Makes one adapter the only one of this context and keeps it alive meanwhile.
    void attach(LlamaModel adapterModel, NativeHandle newAdapter, float scale) {
        MemorySegment context = handle.get();
        if (adapterModel != model) {
            throw new IllegalArgumentException("the adapter was loaded for another model");
        }
        if (!Float.isFinite(scale)) {
            throw new IllegalArgumentException("scale is " + scale);
        }
        newAdapter.hold();
        try (Arena arena = CallArena.open()) {
            MemorySegment adapters = arena.allocateFrom(ValueLayout.ADDRESS, newAdapter.held());
            MemorySegment scales = arena.allocateFrom(ValueLayout.JAVA_FLOAT, scale);
            setAdapters(context, adapters, 1, scales);
        }
        replaceAdapter(newAdapter);
    }

    /// Leaves the context with the base model alone.
    public void detachAll() {
        setAdapters(handle.get(), MemorySegment.NULL, 0, MemorySegment.NULL);
        replaceAdapter(null);
    }

    private static void setAdapters(MemorySegment context, MemorySegment adapters, long count, MemorySegment scales) {
        int code = LlamaContextH.llama_set_adapters_lora(context, adapters, count, scales);
        if (code != 0) {
            throw new NativeCallException("llama_set_adapters_lora", code, count + " adapters");
        }
    }

    private void replaceAdapter(NativeHandle newAdapter) {
        NativeHandle old = adapter;
        adapter = newAdapter;
        if (old != null) {
            old.drop();
        }
    }

    /// The graph of one token, with the adapter that is attached.
    ContextGraph graph() {
        MemorySegment context = handle.get();
        Lock graphs = model.adapterSet().readLock();
        graphs.lock();
        try {
            return ContextGraph.of(context, 1);
        } finally {
            graphs.unlock();
        }
    }

    MemorySegment address() {
        return handle.get();
    }

    private void requireSequence(int sequence) {
        if (sequence < 0 || sequence >= options.maxSequences()) {
            throw new IllegalArgumentException(
                    "sequence " + sequence + " is not within 0 to " + (options.maxSequences() - 1));
        }
    }

    void requireOutput(int batchIndex) {
        if (batchIndex < 0 || !outputs.get(batchIndex)) {
            throw new IllegalArgumentException("position " + batchIndex + " was no output of the last batch");
        }
    }

    private void free(MemorySegment context) {
        LlamaContextH.llama_free(context);
        replaceAdapter(null);
        replacePool(null);
        model.handle().drop();
    }

    @Override
    public void close() {
        handle.close();
    }
}
