package dev.icmlora.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.EngineObserver.Observed;
import dev.icmlora.engine.worker.Answers;
import dev.icmlora.engine.worker.ContextScheduler;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.LlamaDecoder;
import dev.icmlora.engine.worker.ThreadShare;
import dev.icmlora.engine.worker.Worker;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.llama.LoraAdapter;

/// A model that no generator fits, such as a merged one, and a worker that decodes with it as an engine's does.
public final class ModelWorker implements AutoCloseable {

    private final NativeHandles handles;
    private final LoadedModel model;
    private final Worker worker;

    private ModelWorker(NativeHandles handles, LoadedModel model, Worker worker) {
        this.handles = handles;
        this.model = model;
        this.worker = worker;
    }

    /// @param adapterGguf that all answers are given under, of any shape; empty for the model alone
    /// @throws dev.icmlora.ggml.NativeException if llama.cpp cannot load one of them
    public static ModelWorker open(
            Path nativeDirectory, Path file, Optional<byte[]> adapterGguf, EngineOptions options) {
        var handles = new NativeHandles();
        try {
            var model = handles.own(LoadedModel.load(nativeDirectory, file, options));
            var sequences = ContextScheduler.sequences(options.sequences(), WorkerFactory.CACHED_PREFIXES, 0);
            var context = handles.own(model.textContext(sequences));
            adapterGguf.ifPresent(
                    gguf -> handles.own(LoraAdapter.load(model.model(), gguf)).attach(context, 1));
            var decoder = handles.own(new LlamaDecoder(context));
            // For both of the worker's: no request has another adapter.
            var scheduler = new ContextScheduler(
                    decoder, options.sequences(), WorkerFactory.CACHED_PREFIXES, 0, options.textTokens());
            var share = new ThreadShare(options.threadCount());
            var worker = handles.own(new Worker("model", scheduler, scheduler, context::threads, share, Duration.ZERO));
            return new ModelWorker(handles, model, worker);
        } catch (RuntimeException e) {
            handles.close();
            throw e;
        }
    }

    /// How a task becomes tokens.
    public PromptFormat format() {
        return model.format();
    }

    /// Answers prompts.
    public Answers answer(List<int[]> prompts, Decoding decoding) {
        return EngineSession.await(
                worker.decode(Optional.empty(), prompts, decoding, new Cancellation(), Observed.NOTHING));
    }

    @Override
    public void close() {
        handles.close();
    }
}
