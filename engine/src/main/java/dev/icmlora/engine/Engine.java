package dev.icmlora.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.icmlora.engine.encode.TextEncoder;
import dev.icmlora.engine.request.EngineObserver;
import dev.icmlora.engine.tune.TuningOptions;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.engine.worker.ThreadShare;
import dev.icmlora.engine.worker.Worker;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.ResidentShape;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.network.GeneratorManifest;
import dev.icmlora.generator.network.InvalidGeneratorException;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.TaskVector;

/// A base model, its generator and its workers. Requests use it through a session each.
///
/// It owns every native handle and closes them in reverse order. Any thread may use it.
public final class Engine implements AutoCloseable {

    private static final int FINGERPRINTED_EXAMPLES = 16;

    /// For so long the virtual machine's compiler has much to do after a start. Two threads of a computation would wait
    /// for each other wherever it takes one's processor, which takes several times as long.
    private static final Duration COMPILING = Duration.ofSeconds(1);

    private final NativeHandles handles;
    private final EngineOptions options;
    private final LoadedModel model;
    private final ChatFormat chatFormat;
    private final Generator generator;
    private final Optional<TextEncoder> encoder;
    private final ResidentShape shape;
    private final Calibration calibration;
    private final ThreadShare share;
    private final EngineObserver observer;
    private final Map<Worker, WorkerFactory.Opened> workers = new LinkedHashMap<>();
    private final Placement placement;
    private final Tuners tuners;

    /// @param handles own the model already, and all else from now on
    Engine(
            NativeHandles handles,
            LoadedModel model,
            Generator generator,
            Optional<TextEncoder> encoder,
            EngineOptions options,
            EngineObserver observer) {
        var threads = options.threadCount();
        this.handles = handles;
        this.options = options;
        this.model = model;
        this.observer = observer;
        this.chatFormat = new ChatFormat(model.model(), options.contextTokens());
        this.share = new ThreadShare(threads);
        var architecture = generator.manifest().architecture();
        var factory = new WorkerFactory(
                handles,
                model,
                options,
                architecture.vectorLayer(),
                generator.manifest().isTrained(),
                share);
        this.generator = generator;
        this.encoder = encoder;
        this.calibration = calibration(generator.manifest());
        this.shape = generator.shape().widened(model.layoutAround(architecture.adapter()));
        this.tuners = handles.own(new Tuners(model, tuningRates(generator.manifest()), options, share));
        var first = adapter(new float[architecture.latent()], 1);
        for (var number = 1; number <= options.workers(); number++) {
            var opened = factory.open(number, first);
            workers.put(opened.worker(), opened);
        }
        this.placement = new Placement(List.copyOf(workers.keySet()));
        share.single(COMPILING);
    }

    /// Of each matrix of a resident adapter; none where all are tuned at the usual rate.
    private List<Float> tuningRates(GeneratorManifest manifest) {
        var rates = manifest.tuningRates();
        var generated = manifest.architecture().adapter();
        if (rates.isEmpty() || generated.equals(shape.layout())) {
            return rates;
        }
        var ofResident = new ArrayList<Float>();
        for (var layer = 0; layer < generated.layers(); layer++) {
            for (var target : shape.layout().targets()) {
                var at = generated.targets().indexOf(target);
                ofResident.add(
                        at < 0 ? 1 : rates.get(layer * generated.targets().size() + at));
            }
        }
        return ofResident;
    }

    private static Calibration calibration(GeneratorManifest manifest) {
        try {
            return Calibration.of(manifest.calibration());
        } catch (IllegalArgumentException e) {
            throw new InvalidGeneratorException(e.getMessage(), e);
        }
    }

    EngineObserver observer() {
        return observer;
    }

    /// Tokens that a prompt and its answer may have together, and a task for its fingerprint.
    public int contextTokens() {
        return options.contextTokens();
    }

    public int workers() {
        return workers.size();
    }

    /// Workers that have something to do.
    public int busyWorkers() {
        return share.busy();
    }

    /// Whether every worker works or waits, and none hangs in native code or fails at all that it does.
    public boolean isAlive() {
        return workers.keySet().stream().allMatch(worker -> worker.isAlive(options.stuckAfter()));
    }

    public GeneratorManifest manifest() {
        return generator.manifest();
    }

    /// Whether adapters can be generated; else they can only be tuned, and B0 changes nothing.
    public boolean isTrained() {
        return manifest().isTrained();
    }

    /// How the adapters of a task are tuned, unless a request says how many steps.
    public TuningOptions tuningOptions(Task task) {
        return isTrained() ? TuningOptions.forExamples(task.examples().size()) : TuningOptions.fromNothing();
    }

    public PromptFormat format() {
        return model.format();
    }

    /// What ends an answer beside the model's own end: what a request says, and the prompt format where it has to.
    public List<String> stops(List<String> wanted) {
        return Stream.concat(wanted.stream(), format().stop().stream())
                .distinct()
                .toList();
    }

    public ChatFormat chatFormat() {
        return chatFormat;
    }

    /// What an adapter must be like to be hot-applied.
    public ResidentShape adapterShape() {
        return shape;
    }

    /// A task with as many of its first examples as a fingerprint reads: more of them hardly change a task vector, and
    /// they have to fit into the context.
    public Task fingerprinted(Task task) {
        var first = task.examples()
                .subList(0, Math.min(FINGERPRINTED_EXAMPLES, task.examples().size()));
        var fitting = (int) format().packed(task.description(), first).answers().stream()
                .filter(answer -> answer.to() <= contextTokens())
                .count();
        // Without a description one example has to stay. The caller refuses it where it is too long.
        var least = Math.min(task.description().isEmpty() ? 1 : 0, first.size());
        return new Task(task.description(), first.subList(0, Math.max(least, fitting)));
    }

    /// Whether a text surely has more tokens than the context holds, without reading all of it.
    public boolean isTooLong(String text) {
        return model.model().vocabulary().exceeds(text, contextTokens());
    }

    public LoadedModel model() {
        return model;
    }

    /// What makes the adapters that tasks begin with, on the calling thread; calls wait for each other.
    public Generator generator() {
        return generator;
    }

    /// What makes vectors of texts, where there is one; see [EngineSession#encode].
    public Optional<TextEncoder> encoder() {
        return encoder;
    }

    /// The generator's adapter of a latent, in the shape that is hot-applied.
    ///
    /// @param strength of the residual on B0
    public Adapter adapter(float[] latent, float strength) {
        return shape.widen(generator.generate(latent, strength));
    }

    /// Numbers of a task vector.
    public int vectorLength() {
        return TaskVector.length(model.model().hiddenSize());
    }

    /// What is fitted to this generator.
    public Calibration calibration() {
        return calibration;
    }

    /// Whether hidden states of prompts can be asked for.
    public boolean hasPromptStates() {
        return options.watchesStates();
    }

    /// Why adapters cannot be tuned here; empty if they can.
    public Optional<String> tuningRefusal() {
        return tuners.refusal();
    }

    /// Memory that tuning takes beside the base model's own, for the model and for what is tuned just now; 0 as long
    /// as nothing was tuned.
    public long tuningBytes() {
        return tuners.bytes();
    }

    Tuners tuners() {
        return tuners;
    }

    /// Threads that a job of a worker computes with.
    int threadsOfEach() {
        return share.each();
    }

    Placement placement() {
        return placement;
    }

    /// The reader of a text of so many tokens, on the thread of a worker.
    StatesReader reader(Worker worker, int tokens) {
        return workers.get(worker).reader(tokens);
    }

    @Override
    public void close() {
        handles.close();
    }

    /// Chooses workers. Requests with the same adapter share a worker, and so a batch; later ones go back to
    /// where their prompts may still be kept, unless another worker has less to do. Thread-safe.
    static final class Placement {

        private static final int REMEMBERED = 1024;

        private final List<Worker> workers;
        private final Map<String, Place> active = new HashMap<>();
        /// The latest last.
        private final SequencedMap<String, Worker> latest = new LinkedHashMap<>();

        Placement(List<Worker> workers) {
            this.workers = workers;
        }

        private static final class Place {

            private final Worker worker;
            private int requests;

            private Place(Worker worker) {
                this.worker = worker;
            }
        }

        /// The worker that has least to do.
        Worker idlest() {
            return workers.stream().min(Comparator.comparingInt(Worker::load)).orElseThrow();
        }

        /// Gives work to the worker of its adapter.
        ///
        /// @param adapter empty for the base model alone
        <T> CompletableFuture<T> with(Optional<ScaledAdapter> adapter, Function<Worker, CompletableFuture<T>> work) {
            var key = key(adapter);
            var result = work.apply(enter(key));
            return result.whenComplete((value, failure) -> leave(key));
        }

        private synchronized Worker enter(String key) {
            var place = active.computeIfAbsent(key, k -> new Place(choose(k)));
            place.requests++;
            return place.worker;
        }

        private Worker choose(String key) {
            var idlest = idlest();
            var before = latest.get(key);
            var chosen = before != null && before.load() <= idlest.load() ? before : idlest;
            latest.putLast(key, chosen);
            if (latest.size() > REMEMBERED) {
                latest.pollFirstEntry();
            }
            return chosen;
        }

        private synchronized void leave(String key) {
            if (--active.get(key).requests == 0) {
                active.remove(key);
            }
        }

        /// Holds no adapter in memory.
        private static String key(Optional<ScaledAdapter> adapter) {
            return adapter.map(scaled -> scaled.adapter().id() + " " + scaled.scale())
                    .orElse("");
        }
    }
}
