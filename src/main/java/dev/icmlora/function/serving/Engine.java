package dev.icmlora.function.serving;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

import org.jboss.logging.Logger;

import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.InvalidRequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.peft.PeftArchive;
import dev.icmlora.function.peft.PeftModel;
import dev.icmlora.function.peft.PeftReader;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.cvae.BaseModelId;
import dev.icmlora.generator.cvae.Generator;
import dev.icmlora.generator.cvae.GeneratorFile;
import dev.icmlora.generator.cvae.GeneratorManifest;
import dev.icmlora.generator.cvae.InvalidGeneratorException;
import dev.icmlora.generator.select.Calibration;
import dev.icmlora.generator.select.Decision;
import dev.icmlora.generator.select.Evidence;
import dev.icmlora.generator.select.Examination;
import dev.icmlora.generator.select.Examiner;
import dev.icmlora.generator.select.PromptForm;
import dev.icmlora.generator.select.SelectionOptions;
import dev.icmlora.generator.select.Selector;
import dev.icmlora.generator.select.Workbench;
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
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;
import dev.icmlora.llama.ResidentAdapter;
import dev.icmlora.llama.SamplingOptions;

/// Everything native behind the function: the base model, the generator, and the three contexts of the
/// slot.
///
/// The fingerprint context gives hidden states, which costs logits for every token, so the base context
/// is another; both never have an adapter. The adapted context has the resident adapter attached from
/// start to end; applying an adapter overwrites its weights in place.
///
/// After [#load] an engine belongs to one thread, its slot's. It owns every handle and closes them in
/// reverse order.
final class Engine implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Engine.class);

    private final NativeHandles handles;
    private final FunctionConfig.Slot slot;
    private final PromptFormat format;
    private final ChatFormat chatFormat;
    private final String modelName;
    private final AdapterFiles files;
    private final Generator generator;
    private final Fingerprinter fingerprinter;
    private final Embedder embedder;
    private final BatchDecoder baseDecoder;
    private final BatchDecoder adaptedDecoder;
    private final ResidentAdapter resident;
    private final Examiner baseExaminer;
    private final Examiner adaptedExaminer;
    private final Selector selector;
    private Applied applied;

    private Engine(
            NativeHandles handles,
            LlamaModel model,
            String modelName,
            PromptFormat format,
            GeneratorFile file,
            FunctionConfig config) {
        var threads = threads(config);
        this.handles = handles;
        this.slot = config.slot();
        this.format = format;
        this.chatFormat = new ChatFormat(model);
        this.modelName = modelName;
        this.generator = handles.own(Generator.load(file, handles.own(Backend.best(threads))));
        var peft = new PeftModel(modelName, model.heads(), model.kvHeads());
        this.files = new AdapterFiles(
                generator.shape(),
                new PeftArchive(peft),
                new PeftReader(peft, config.adapters().maxBytes().asLongValue()));
        var reading = handles.own(LlamaContext.create(model, fingerprintOptions(threads)));
        var base = handles.own(LlamaContext.create(model, decoderOptions(threads)));
        var adapted = handles.own(LlamaContext.create(model, decoderOptions(threads)));
        this.fingerprinter = handles.own(new Fingerprinter(format, reading, model.hiddenSize(), slot.batchTokens()));
        this.embedder = handles.own(new Embedder(reading, model.hiddenSize(), slot.batchTokens()));
        this.baseDecoder = handles.own(decoder(base, model));
        this.adaptedDecoder = handles.own(decoder(adapted, model));
        this.baseExaminer = handles.own(new Examiner(base, slot.batchTokens()));
        this.adaptedExaminer = handles.own(new Examiner(adapted, slot.batchTokens()));
        this.selector = new Selector(generator, format, slot.contextTokens(), Calibration.DEFAULT);
        var first = generator.generate(new float[file.manifest().architecture().latent()]);
        this.resident = handles.own(ResidentAdapter.create(model, first.gguf()));
        this.resident.attach(adapted, 1);
        this.applied = new Applied(first, 1);
    }

    /// Loads all parts, side by side where they do not need each other.
    ///
    /// @throws StartupException if a part cannot be used
    static Engine load(Parts parts, FunctionConfig config) {
        var start = System.nanoTime();
        var handles = new NativeHandles();
        try {
            var check = CompletableFuture.runAsync(parts::verifyModel);
            var reading = CompletableFuture.supplyAsync(() -> GeneratorFile.read(parts.generator()));
            NativeLibraries.load(parts.nativeDirectory());
            checkDevices(config.requireGpu());
            var model = handles.own(LlamaModel.load(parts.model(), modelOptions(config)));
            check.join();
            var file = reading.join();
            var format = PromptFormat.of(model);
            file.manifest().requireMatch(baseModelId(model, parts), format.fingerprint());
            var engine = new Engine(handles, model, parts.modelName(), format, file, config);
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

    private static ModelOptions modelOptions(FunctionConfig config) {
        return new ModelOptions(config.gpuLayers(), ModelOptions.DEFAULT.mmap(), ModelOptions.DEFAULT.repack());
    }

    private ContextOptions fingerprintOptions(int threads) {
        return contextOptions(1, threads, true);
    }

    private ContextOptions decoderOptions(int threads) {
        var prefixAndSequences = slot.sequences() + 1;
        return contextOptions(Math.max(prefixAndSequences, Examination.SEQUENCES), threads, false);
    }

    private ContextOptions contextOptions(int sequences, int threads, boolean embeddings) {
        var batch = slot.batchTokens();
        return new ContextOptions(slot.contextTokens(), batch, batch, sequences, threads, embeddings, true);
    }

    private BatchDecoder decoder(LlamaContext context, LlamaModel model) {
        return new BatchDecoder(
                context, model.vocabulary(), slot.sequences(), slot.contextTokens(), slot.batchTokens());
    }

    private static void log(LlamaModel model, GeneratorManifest generator, long start) {
        var adapter = generator.architecture().adapter();
        var targets =
                adapter.targets().stream().map(AdapterLayout.Target::module).collect(Collectors.joining(", "));
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
        return slot.contextTokens();
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
        return embedder.of(tokens, cancellation);
    }

    /// Tokens that [#fingerprint] would read.
    int tokens(Task task) {
        return fingerprinter.tokens(task);
    }

    TaskVector fingerprint(Task task) {
        return fingerprinter.of(task);
    }

    /// The adapter at the mean of the prior for a task.
    ///
    /// @param strength of the residual on B0
    Adapter generate(TaskVector vector, float strength) {
        return generator
                .generate(List.of(generator.prior(vector).mean()), new float[] {strength})
                .getFirst();
    }

    /// Chooses how a task is served.
    ///
    /// @param scale of the adapters that are tried
    /// @throws dev.icmlora.function.error.CancelledException if nobody waits for the answers any more
    Decision select(Task task, TaskVector vector, SelectionOptions options, float scale, Cancellation cancellation) {
        return selector.select(task, vector, options, new Bench(scale, cancellation));
    }

    /// Makes the resident adapter this one, `scale` times as strong. Nothing is written if it is this one
    /// already, and no A if it has the same.
    ///
    /// @throws InvalidRequestException if the scale takes a weight out of the range of its type
    void apply(Adapter adapter, float scale) {
        var wanted = new Applied(adapter, scale);
        if (!wanted.equals(applied)) {
            var scaled = scaled(adapter, scale);
            if (!adapter.fixed().equals(applied.adapter.fixed())) {
                resident.apply(adapter.fixed());
            }
            resident.apply(scaled.generated());
            applied = wanted;
        }
    }

    private static Adapter scaled(Adapter adapter, float scale) {
        try {
            return adapter.scaled(scale);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(new Violation("/scale", null, scale, e.getMessage()));
        }
    }

    /// Answers with the base model alone.
    Answers answer(List<int[]> prompts, Decoding decoding, Cancellation cancellation) {
        return baseDecoder.decode(prompts, decoding, cancellation);
    }

    /// Answers with the adapter that was applied last.
    Answers answerAdapted(List<int[]> prompts, Decoding decoding, Cancellation cancellation) {
        return adaptedDecoder.decode(prompts, decoding, cancellation);
    }

    /// Goes the whole way once, so that the first request finds every page and every compiled method in
    /// place.
    void warmUp() {
        var task = new Task("Repeat the input.", List.of(new Example("one", "one"), new Example("two", "two")));
        var prompt = format.query(task.description(), List.of(), "hello").tokens();
        var options = new SelectionOptions(2, 0, Optional.empty(), true, Duration.ZERO);
        select(task, fingerprint(task), options, 1, new Cancellation());
        apply(generate(fingerprint(task), 1), 1);
        answerAdapted(List.of(prompt), new Decoding(SamplingOptions.GREEDY, 1, List.of()), new Cancellation());
    }

    @Override
    public void close() {
        handles.close();
    }

    /// Adapters are compared by identity: a candidate's id would take longer to compute than its weights
    /// to write.
    private record Applied(Adapter adapter, float scale) {}

    /// The slot's contexts, for candidates.
    private final class Bench implements Workbench {

        private final float scale;
        private final Cancellation cancellation;

        private Bench(float scale, Cancellation cancellation) {
            this.scale = scale;
            this.cancellation = cancellation;
        }

        @Override
        public void apply(Adapter adapter) {
            Engine.this.apply(adapter, scale);
        }

        @Override
        public Map<PromptForm, Evidence> examineAdapted(Examination examination) {
            return adaptedExaminer.examine(examination, cancellation::check);
        }

        @Override
        public Map<PromptForm, Evidence> examineBase(Examination examination) {
            return baseExaminer.examine(examination, cancellation::check);
        }
    }
}
