package dev.icmlora.function.serving;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.opentelemetry.context.Context;
import org.jboss.logging.Logger;

import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.InvalidRequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.serving.Phases.Phase;
import dev.icmlora.engine.worker.AdaptedDecoder;
import dev.icmlora.engine.worker.Answers;
import dev.icmlora.engine.worker.AppliedCheck;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.ContextScheduler;
import dev.icmlora.engine.worker.LlamaDecoder;
import dev.icmlora.engine.worker.Resident;
import dev.icmlora.engine.worker.Worker;
import dev.icmlora.engine.worker.ThreadShare;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.function.trace.Traces;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.peft.PeftArchive;
import dev.icmlora.generator.adapter.peft.PeftModel;
import dev.icmlora.generator.adapter.peft.PeftReader;
import dev.icmlora.generator.network.BaseModelId;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest;
import dev.icmlora.generator.network.InvalidGeneratorException;
import dev.icmlora.engine.scoring.Calibration;
import dev.icmlora.engine.scoring.Decision;
import dev.icmlora.engine.scoring.Score;
import dev.icmlora.engine.scoring.Scoring;
import dev.icmlora.engine.scoring.Scorer;
import dev.icmlora.engine.scoring.PromptForm;
import dev.icmlora.engine.scoring.SelectionOptions;
import dev.icmlora.engine.scoring.Selector;
import dev.icmlora.engine.scoring.Workbench;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.Fingerprinter;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.Device;
import dev.icmlora.ggml.Device.Type;
import dev.icmlora.ggml.Devices;
import dev.icmlora.ggml.NativeException;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.AdapterBank;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;
import dev.icmlora.llama.ResidentAdapter;
import dev.icmlora.llama.SamplingOptions;
import dev.icmlora.llama.ThreadPool;

/// Everything native behind the function: the base model, the generator, and the slots.
///
/// Its methods are called by the threads of requests, and wait until a slot has done what they ask for. It
/// owns every handle and closes them in reverse order.
final class Engine implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Engine.class);

    /// Different adapters in one batch, unless configured. Each makes every token of such a batch a little
    /// dearer.
    private static final int SEATS = 8;

    /// Prompts that a context keeps for later requests, as far as its memory has room.
    private static final int KEPT_PROMPTS = 16;

    /// Overwriting the adapter takes a few hundredths of this at most.
    private static final Duration TURN = Duration.ofMillis(20);

    /// One batch or errand takes a small part of a request's time; one that takes this many limits hangs.
    private static final int LIMITS_UNTIL_STUCK = 3;

    private final NativeHandles handles;
    private final FunctionConfig config;
    private final LlamaModel model;
    private final MappedFile modelFile;
    private final PromptFormat format;
    private final ChatFormat chatFormat;
    private final String modelName;
    private final AdapterFiles files;
    private final Generator generator;
    private final Selector selector;
    private final ThreadShare share;
    private final Map<Worker, Tools> tools = new LinkedHashMap<>();
    private final Placement placement;

    private Engine(
            NativeHandles handles,
            LlamaModel model,
            MappedFile modelFile,
            String modelName,
            PromptFormat format,
            GeneratorFile file,
            FunctionConfig config) {
        var threads = threads(config);
        this.handles = handles;
        this.config = config;
        this.model = model;
        this.modelFile = modelFile;
        this.format = format;
        this.chatFormat = new ChatFormat(model);
        this.modelName = modelName;
        this.generator = handles.own(Generator.load(file, handles.own(Backend.best(threads))));
        var peft = new PeftModel(modelName, model.heads(), model.kvHeads());
        this.files = new AdapterFiles(
                generator.shape(),
                new PeftArchive(peft),
                new PeftReader(peft, config.adapters().maxBytes().asLongValue()));
        this.selector = new Selector(generator, format, contextTokens(), Calibration.DEFAULT);
        this.share = new ThreadShare(threads);
        var first = generator.generate(new float[file.manifest().architecture().latent()]);
        for (var number = 1; number <= slots(config); number++) {
            openSlot(number, first, threads);
        }
        this.placement = new Placement(List.copyOf(tools.keySet()));
    }

    /// What the errands of a slot work with.
    private record Tools(
            Fingerprinter fingerprinter,
            Embedder embedder,
            Scorer baseExaminer,
            Scorer adaptedExaminer,
            Resident resident) {}

    /// Three contexts, which take turns with the same threads: one for hidden states, one without an adapter, one
    /// whose adapter is overwritten in place.
    private void openSlot(int number, Adapter first, int threads) {
        var sequences = config.slot().sequences();
        var batchTokens = config.slot().batchTokens();
        var examined = sequences + KEPT_PROMPTS;
        var reading = handles.own(LlamaContext.create(
                model,
                contextOptions(1, threads, generator.manifest().architecture().vectorLayer())));
        var base = handles.own(LlamaContext.create(
                model, contextOptions(examined + Scoring.SEQUENCES, threads, ContextOptions.LOGITS)));
        var seats = seats();
        var bank = seats == 1
                ? Optional.<AdapterBank>empty()
                : Optional.of(handles.own(AdapterBank.create(model, first.gguf(), seats)));
        var options = contextOptions(examined + Scoring.SEQUENCES, threads, ContextOptions.LOGITS);
        var adapted = handles.own(
                bank.map(several -> several.context(options)).orElseGet(() -> LlamaContext.create(model, options)));
        var adapter = handles.own(ResidentAdapter.create(model, first.gguf()));
        adapter.attach(adapted, 1);
        var single = handles.own(ThreadPool.start(threadsOfOneToken(threads)));
        var several = handles.own(ThreadPool.start(threads));
        List.of(reading, base, adapted).forEach(context -> context.attach(single, several));
        var check = config.slot().checkAdapters()
                ? Optional.of(handles.own(new AppliedCheck(model, adapter, bank)))
                : Optional.<AppliedCheck>empty();
        var resident = new Resident(adapted, adapter, bank, first, check);
        var toolsOfSlot = new Tools(
                handles.own(new Fingerprinter(format, reading, model.hiddenSize(), batchTokens)),
                handles.own(new Embedder(reading, model.hiddenSize(), batchTokens)),
                handles.own(new Scorer(base, batchTokens, examined)),
                handles.own(new Scorer(adapted, batchTokens, examined)),
                resident);
        var slot = new Worker(
                "slot-" + number,
                lane(new LlamaDecoder(base)),
                lane(new AdaptedDecoder(adapted, resident)),
                each -> List.of(reading, base, adapted).forEach(context -> context.threads(each)),
                share,
                TURN);
        tools.put(handles.own(slot), toolsOfSlot);
    }

    private ContextScheduler lane(LlamaDecoder decoder) {
        return new ContextScheduler(handles.own(decoder), config.slot().sequences(), KEPT_PROMPTS, contextTokens());
    }

    /// Loads all parts, side by side where they do not need each other.
    ///
    /// @throws StartupException if a part cannot be used
    static Engine load(Parts parts, FunctionConfig config) {
        var start = System.nanoTime();
        var handles = new NativeHandles();
        try {
            var modelFile = MappedFile.of(parts.model());
            var check = CompletableFuture.runAsync(parts::verifyModel);
            var reading = CompletableFuture.supplyAsync(() -> GeneratorFile.read(parts.generator()));
            NativeLibraries.load(parts.nativeDirectory());
            checkDevices(config.requireGpu());
            var model = handles.own(LlamaModel.load(parts.model(), modelOptions(config)));
            check.join();
            var file = reading.join();
            var format = PromptFormat.of(model);
            file.manifest().requireMatch(baseModelId(model, parts), format.fingerprint());
            var engine = new Engine(handles, model, modelFile, parts.modelName(), format, file, config);
            log(model, file.manifest(), start);
            return engine;
        } catch (RuntimeException e) {
            handles.close();
            throw startupFailure(e, parts);
        }
    }

    private static void checkDevices(boolean gpuRequired) {
        if (gpuRequired && gpus().isEmpty()) {
            throw new StartupException(
                    "no GPU that the libraries in %s can use, and icm-lora.require-gpu (ICM_LORA_REQUIRE_GPU) is true"
                            .formatted(NativeLibraries.directory()));
        }
    }

    private static List<Device> gpus() {
        return Devices.list().stream()
                .filter(device -> device.type() == Type.GPU || device.type() == Type.INTEGRATED_GPU)
                .toList();
    }

    private static RuntimeException startupFailure(RuntimeException e, Parts parts) {
        return switch (e) {
            case CompletionException wrapped
            when wrapped.getCause() instanceof RuntimeException cause -> startupFailure(cause, parts);
            case InvalidGeneratorException unfit ->
                new StartupException(parts.generator() + " cannot be used: " + unfit.getMessage());
            case NativeException failure -> new StartupException(firstLine(failure));
            case UncheckedIOException unreadable -> new StartupException(unreadable.getMessage());
            default -> e;
        };
    }

    /// llama.cpp says first what is wrong, and then of each caller that it failed.
    private static String firstLine(NativeException failure) {
        return failure.getMessage().lines().findFirst().orElse("");
    }

    private static BaseModelId baseModelId(LlamaModel model, Parts parts) {
        try {
            return BaseModelId.of(model.metadata("general.name").orElse("unnamed"), parts.model());
        } catch (IOException e) {
            throw new UncheckedIOException(parts.model() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static int threads(FunctionConfig config) {
        return config.threads().orElseGet(() -> Runtime.getRuntime().availableProcessors());
    }

    /// One token alone takes as long as its weights take to be read, which a thread less hardly slows down. Threads on
    /// all processors would have to wait for one another whenever anything else runs, such as what sends the text.
    private static int threadsOfOneToken(int threads) {
        return threads < Runtime.getRuntime().availableProcessors() ? threads : Math.max(1, threads - 1);
    }

    private static ModelOptions modelOptions(FunctionConfig config) {
        return new ModelOptions(config.gpuLayers(), ModelOptions.DEFAULT.mmap(), ModelOptions.DEFAULT.repack());
    }

    /// On a CPU the slots share its threads, and one slot that has them all is the quickest for one client.
    private static int slots(FunctionConfig config) {
        return config.slots().orElse(1);
    }

    /// A bank has llama.cpp call back at every node of a graph, which in a native executable costs more
    /// than it brings.
    private int seats() {
        var inNativeExecutable = System.getProperty("org.graalvm.nativeimage.imagecode") != null;
        return config.slot().seats().orElse(inNativeExecutable ? 1 : SEATS);
    }

    private ContextOptions contextOptions(int sequences, int threads, int hiddenLayer) {
        var batch = config.slot().batchTokens();
        return new ContextOptions(contextTokens(), batch, batch, sequences, threads, hiddenLayer, true);
    }

    private static void log(LlamaModel model, GeneratorManifest generator, long start) {
        var adapter = generator.architecture().adapter();
        var targets = String.join(", ", adapter.modules());
        LOG.infof(
                "Computes on: %s",
                gpus().isEmpty()
                        ? "the CPU"
                        : gpus().stream().map(Device::description).collect(Collectors.joining(", ")));
        LOG.infof("Base model: %s", model.description());
        LOG.infof(
                "Generator: %s, trained on %d tasks",
                generator.name(), generator.catalogue().size());
        LOG.infof("Adapters: rank %d on %s of %d layers", adapter.rank(), targets, adapter.layers());
        LOG.infof("Loaded in %d ms", (System.nanoTime() - start) / 1_000_000);
    }

    /// Tokens that a prompt and its answer may have together, and a task for its fingerprint.
    int contextTokens() {
        return config.slot().contextTokens();
    }

    int slots() {
        return tools.size();
    }

    /// Slots that have something to do.
    int busySlots() {
        return share.busy();
    }

    /// Whether every slot works or waits, and none hangs in native code or fails at all that it does.
    boolean isAlive() {
        var longest = config.requestTimeout().multipliedBy(LIMITS_UNTIL_STUCK);
        return tools.keySet().stream().allMatch(slot -> slot.isAlive(longest));
    }

    /// Whether the base model is still the one that was loaded.
    boolean isModelIntact() {
        return modelFile.isIntact();
    }

    GeneratorManifest manifest() {
        return generator.manifest();
    }

    PromptFormat format() {
        return format;
    }

    ChatFormat chatFormat() {
        return chatFormat;
    }

    /// What clients call the base model.
    String modelName() {
        return modelName;
    }

    /// Reads and writes adapters as files. Any thread may use it.
    AdapterFiles files() {
        return files;
    }

    /// The base model's embedding of a text.
    float[] embed(int[] tokens, Cancellation cancellation) {
        return errand(tools -> tools.embedder.of(tokens, cancellation), cancellation);
    }

    /// Tokens that [#fingerprint] would read.
    int tokens(Task task) {
        return format.packed(task.description(), task.examples()).tokens().length;
    }

    TaskVector fingerprint(Task task, Phases phases, Cancellation cancellation) {
        return errand(tools -> phases.time(Phase.FINGERPRINT, () -> tools.fingerprinter.of(task)), cancellation);
    }

    /// The adapter at the mean of the prior for a task.
    ///
    /// @param strength of the residual on B0
    Adapter generate(TaskVector vector, float strength, Phases phases, Cancellation cancellation) {
        return errand(tools -> phases.time(Phase.GENERATE, () -> mean(vector, strength)), cancellation);
    }

    /// The adapter at the mean of the prior for a task that has no task vector yet. One errand, so that nobody else's
    /// fingerprint comes in between.
    ///
    /// @param strength of the residual on B0
    Adapter generate(Task task, float strength, Phases phases, Cancellation cancellation) {
        return errand(
                tools -> {
                    var vector = phases.time(Phase.FINGERPRINT, () -> tools.fingerprinter.of(task));
                    return phases.time(Phase.GENERATE, () -> mean(vector, strength));
                },
                cancellation);
    }

    private Adapter mean(TaskVector vector, float strength) {
        return generator
                .generate(List.of(generator.prior(vector).mean()), new float[] {strength})
                .getFirst();
    }

    /// An errand of the slot that has least to do, in the trace of the calling thread.
    private <T> T errand(Function<Tools, T> work, Cancellation cancellation) {
        var slot = placement.idlest();
        var toolsOfSlot = tools.get(slot);
        return await(slot.run(Context.current().wrapSupplier(() -> work.apply(toolsOfSlot)), cancellation));
    }

    /// @throws RuntimeException what the work failed with
    private static <T> T await(CompletableFuture<T> result) {
        try {
            return result.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /// Chooses how a task is served.
    ///
    /// @param scale of the adapters that are tried
    /// @throws dev.icmlora.function.error.CancelledException if nobody waits for the answers any more
    Decision select(Task task, TaskVector vector, SelectionOptions options, float scale, Cancellation cancellation) {
        return selector.select(task, vector, options, new Bench(placement.idlest(), scale, cancellation));
    }

    private static Adapter scaled(Adapter adapter, float scale) {
        try {
            return adapter.scaled(scale);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(new Violation("/scale", null, scale, e.getMessage()));
        }
    }

    /// Answers prompts, beside other requests.
    ///
    /// @param weights empty for the base model alone
    /// @throws InvalidRequestException if the scale takes a weight out of the range of its type
    /// @throws dev.icmlora.function.error.CancelledException if nobody waits for the answers any more
    Answers answer(Optional<ScaledAdapter> weights, List<int[]> prompts, Decoding decoding, Cancellation cancellation) {
        // Here, where it is this request's alone to fail.
        weights.ifPresent(wanted -> scaled(wanted.adapter(), wanted.scale()));
        var answers = placement.with(weights, slot -> slot.write(weights, prompts, decoding, cancellation));
        return Traces.span("answer", () -> await(answers));
    }

    /// Goes the whole way once in every slot, so that the first request finds every page and every compiled
    /// method in place. The virtual machine's compiler has much to do meanwhile: two threads of a computation would
    /// wait for each other wherever it takes one's processor, which takes several times as long.
    void warmUp() {
        share.single(true);
        try {
            tools.keySet().forEach(this::warmUp);
        } finally {
            share.single(false);
        }
    }

    private void warmUp(Worker slot) {
        var task = new Task("Repeat the input.", List.of(new Example("one", "one"), new Example("two", "two")));
        var prompt = format.query(task.description(), List.of(), "hello").tokens();
        var options = new SelectionOptions(2, 0, Optional.empty(), true, Duration.ZERO);
        var nobody = new Cancellation();
        var vector = await(slot.run(() -> tools.get(slot).fingerprinter.of(task), nobody));
        selector.select(task, vector, options, new Bench(slot, 1, nobody));
        var weights = new ScaledAdapter(generate(vector, 1, new Phases(), nobody), 1);
        await(slot.write(
                Optional.of(weights), List.of(prompt), new Decoding(SamplingOptions.GREEDY, 1, List.of()), nobody));
    }

    @Override
    public void close() {
        handles.close();
    }

    /// A slot's contexts, for candidates. Each examination is an errand, so that other requests go on
    /// between them.
    private final class Bench implements Workbench {

        private final Worker slot;
        private final Tools toolsOfSlot;
        private final float scale;
        private final Cancellation cancellation;
        private Adapter candidate;

        private Bench(Worker slot, float scale, Cancellation cancellation) {
            this.slot = slot;
            this.toolsOfSlot = tools.get(slot);
            this.scale = scale;
            this.cancellation = cancellation;
        }

        @Override
        public void apply(Adapter adapter) {
            scaled(adapter, scale);
            candidate = adapter;
        }

        @Override
        public Map<PromptForm, Score> examineAdapted(Scoring examination) {
            var examined = candidate;
            return await(slot.run(
                    () -> {
                        toolsOfSlot.resident.apply(examined, scale);
                        return toolsOfSlot.adaptedExaminer.examine(examination, cancellation::check);
                    },
                    cancellation,
                    0,
                    examination.tokens()));
        }

        @Override
        public Map<PromptForm, Score> examineBase(Scoring examination) {
            return await(slot.run(
                    () -> toolsOfSlot.baseExaminer.examine(examination, cancellation::check),
                    cancellation,
                    examination.tokens(),
                    0));
        }

        @Override
        public boolean isShortOfTime() {
            return cancellation.isShortOfTime();
        }
    }
}
