package dev.icmlora.engine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import dev.icmlora.engine.worker.AdaptedDecoder;
import dev.icmlora.engine.worker.AppliedAdapters;
import dev.icmlora.engine.worker.AppliedCheck;
import dev.icmlora.engine.worker.ContextScheduler;
import dev.icmlora.engine.worker.Labels;
import dev.icmlora.engine.worker.LlamaDecoder;
import dev.icmlora.engine.worker.Predictor;
import dev.icmlora.engine.worker.ThreadShare;
import dev.icmlora.engine.worker.Worker;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.llama.AdapterBank;
import dev.icmlora.llama.ResidentAdapter;
import dev.icmlora.llama.ThreadPool;

/// Opens workers: their contexts, adapters and threads.
final class WorkerFactory {

    /// Prompts in a context's prefix cache, as far as its memory has room.
    static final int CACHED_PREFIXES = 16;

    /// Overwriting the adapter takes a few hundredths of this at most.
    private static final Duration TIME_SLICE = Duration.ofMillis(20);

    private final NativeHandles handles;
    private final LoadedModel model;
    private final EngineOptions options;
    private final int vectorLayer;
    private final Adapter first;
    private final ThreadShare share;

    /// @param handles own whatever is opened
    /// @param vectorLayer after which hidden states make task vectors
    /// @param first what the resident adapters are at first; its A is every generated adapter's
    WorkerFactory(
            NativeHandles handles,
            LoadedModel model,
            EngineOptions options,
            int vectorLayer,
            Adapter first,
            ThreadShare share) {
        this.handles = handles;
        this.model = model;
        this.options = options;
        this.vectorLayer = vectorLayer;
        this.first = first;
        this.share = share;
    }

    /// A worker with what its jobs need.
    record Opened(Worker worker, WorkerTools tools) {}

    /// Three contexts, which share the same threads: one for hidden states, one without an adapter, one whose adapter
    /// is overwritten in place.
    Opened open(int number) {
        var predicted = options.sequences() + CACHED_PREFIXES + Labels.BRANCHES;
        var states = handles.own(model.statesContext(vectorLayer));
        var base = handles.own(model.textContext(predicted + 1));
        var bank = options.loraSlots() == 1
                ? Optional.<AdapterBank>empty()
                : Optional.of(handles.own(AdapterBank.create(model.model(), first.gguf(), options.loraSlots())));
        var adapted = handles.own(bank.map(several -> several.context(model.textOptions(predicted + 1)))
                .orElseGet(() -> model.textContext(predicted + 1)));
        var resident = handles.own(ResidentAdapter.create(model.model(), first.gguf()));
        resident.attach(adapted, 1);
        var contexts = List.of(states, base, adapted);
        var single = handles.own(ThreadPool.start(options.threadsOfOneToken()));
        var several = handles.own(ThreadPool.start(options.threadCount()));
        contexts.forEach(context -> context.attach(single, several));
        var check = options.checkAdapters()
                ? Optional.of(handles.own(new AppliedCheck(model.model(), resident, bank)))
                : Optional.<AppliedCheck>empty();
        var applied = new AppliedAdapters(adapted, resident, bank, first, check);
        var batch = options.batchTokens();
        var tools = new WorkerTools(
                handles.own(model.fingerprinter(states)),
                handles.own(new Embedder(states, model.model().hiddenSize(), batch)),
                handles.own(new Predictor(base, batch, predicted)),
                handles.own(new Predictor(adapted, batch, predicted)),
                applied);
        var worker = handles.own(new Worker(
                "worker-" + number,
                scheduler(new LlamaDecoder(base)),
                scheduler(new AdaptedDecoder(adapted, applied)),
                each -> contexts.forEach(context -> context.threads(each)),
                share,
                TIME_SLICE));
        return new Opened(worker, tools);
    }

    private ContextScheduler scheduler(LlamaDecoder decoder) {
        return new ContextScheduler(
                handles.own(decoder), options.sequences(), CACHED_PREFIXES, Labels.BRANCHES, options.contextTokens());
    }
}
