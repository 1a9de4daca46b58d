package dev.icmlora.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.icmlora.engine.worker.AppliedAdapters;
import dev.icmlora.engine.worker.AppliedAdapters.AppliedCheck;
import dev.icmlora.engine.worker.ContextScheduler;
import dev.icmlora.engine.worker.Labels;
import dev.icmlora.engine.worker.LlamaDecoder;
import dev.icmlora.engine.worker.ThreadShare;
import dev.icmlora.engine.worker.Worker;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.llama.AdapterBank;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.ResidentAdapter;
import dev.icmlora.llama.ThreadPool;

/// Opens workers: their contexts, adapters and threads.
///
/// The contexts that never have an adapter need the model alone: other threads open them as soon as there is a
/// factory, while the start makes the first adapter.
final class WorkerFactory {

    /// Prompts in a context's prefix cache, as far as its memory has room.
    static final int CACHED_PREFIXES = 16;

    /// Overwriting the adapter takes a few hundredths of this at most.
    private static final Duration TIME_SLICE = Duration.ofMillis(20);

    private final NativeHandles handles;
    private final LoadedModel model;
    private final EngineOptions options;
    private final ThreadShare share;
    private final ContextOptions adaptedOptions;
    private final List<Opening<LlamaContext>> briefs = new ArrayList<>();
    private final List<Opening<LlamaContext>> wholes = new ArrayList<>();
    private final List<Opening<LlamaContext>> bases = new ArrayList<>();

    /// @param handles own whatever is opened
    /// @param vectorLayer after which hidden states make task vectors
    /// @param hasShared whether there is a shared adapter, whose context then gives the hidden states of prompts,
    /// and else the base context
    WorkerFactory(
            NativeHandles handles,
            LoadedModel model,
            EngineOptions options,
            int vectorLayer,
            boolean hasShared,
            ThreadShare share) {
        this.handles = handles;
        this.model = model;
        this.options = options;
        this.share = share;
        this.adaptedOptions = options(hasShared);
        var baseOptions = options(!hasShared);
        for (var number = 1; number <= options.workers(); number++) {
            briefs.add(handles.own(
                    Opening.begin("brief-" + number, () -> model.statesContext(vectorLayer, options.batchTokens()))));
            wholes.add(handles.own(Opening.begin("whole-" + number, () -> model.statesContext(vectorLayer))));
            bases.add(handles.own(
                    Opening.begin("base-" + number, () -> LlamaContext.create(model.model(), baseOptions))));
        }
    }

    private ContextOptions options(boolean isWatched) {
        var plain = model.textOptions(sequences());
        return isWatched && options.watchesStates() ? plain.withWatchedLayers(model.watchedLayers()) : plain;
    }

    private int sequences() {
        return ContextScheduler.sequences(options.sequences(), CACHED_PREFIXES, Labels.BRANCHES);
    }

    /// A worker, and the readers of texts in its contexts of hidden states.
    ///
    /// @param brief reads texts of one batch, which so need not wait until a long one is read
    /// @param whole reads all that fit into the context
    record Opened(Worker worker, StatesReader brief, StatesReader whole) {

        /// The reader of a text of so many tokens.
        StatesReader reader(int tokens) {
            return brief.holds(tokens) ? brief : whole;
        }
    }

    /// Four contexts, which share the same threads: two for hidden states, one without an adapter, one whose adapter is
    /// overwritten in place.
    ///
    /// @param number 1 up to the number of workers
    /// @param first what the resident adapter is at first; its A is every generated adapter's
    Opened open(int number, Adapter first) {
        var brief = briefs.get(number - 1).get();
        var whole = wholes.get(number - 1).get();
        var base = bases.get(number - 1).get();
        var bank = options.loraSlots() == 1
                ? Optional.<AdapterBank>empty()
                : Optional.of(handles.own(AdapterBank.create(model.model(), first.gguf(), options.loraSlots())));
        var adapted = handles.own(bank.map(several -> several.context(adaptedOptions))
                .orElseGet(() -> LlamaContext.create(model.model(), adaptedOptions)));
        var resident = handles.own(ResidentAdapter.create(model.model(), first.gguf()));
        resident.attach(adapted, 1);
        var contexts = List.of(brief, whole, base, adapted);
        var threads = handles.own(ThreadPool.start(options.threadCount()));
        contexts.forEach(context -> context.attach(threads));
        var check = options.checkAdapters()
                ? Optional.of(handles.own(new AppliedCheck(model.model(), resident, bank)))
                : Optional.<AppliedCheck>empty();
        var applied = new AppliedAdapters(adapted, resident, bank, first, check);
        var briefReader = handles.own(new StatesReader(model, brief));
        var wholeReader = handles.own(new StatesReader(model, whole));
        var worker = handles.own(new Worker(
                "worker-" + number,
                scheduler(new LlamaDecoder(base, Optional.empty())),
                scheduler(new LlamaDecoder(adapted, Optional.of(applied))),
                each -> contexts.forEach(context -> context.threads(each)),
                share,
                TIME_SLICE,
                System::nanoTime));
        return new Opened(worker, briefReader, wholeReader);
    }

    private ContextScheduler scheduler(LlamaDecoder decoder) {
        return new ContextScheduler(
                handles.own(decoder), options.sequences(), CACHED_PREFIXES, Labels.BRANCHES, options.textTokens());
    }
}
