package dev.icmlora.engine;

import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

import dev.icmlora.engine.encode.TextEncoder;
import dev.icmlora.engine.encode.UnusableEncoderException;
import dev.icmlora.engine.request.EngineObserver;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest;
import dev.icmlora.generator.network.InvalidGeneratorException;
import dev.icmlora.generator.network.UntrainedGenerator;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.Device;
import dev.icmlora.ggml.Device.Type;
import dev.icmlora.ggml.NativeException;
import dev.icmlora.ggml.NativeLibraries;

/// Puts an engine together: the one way in which function, evaluation, trainer and benchmarks do it.
public final class EngineLoader {

    private static final Logger LOG = System.getLogger(EngineLoader.class.getName());

    private EngineLoader() {}

    /// Times the phases of a start, one after the other.
    private static final class StartTimes {

        private final Map<String, Long> millis = new LinkedHashMap<>();
        private final long begin = System.nanoTime();
        private long last = begin;

        /// Ends the phase of this name; the next one begins.
        void end(String phase) {
            var now = System.nanoTime();
            millis.put(phase, (now - last) / 1_000_000);
            last = now;
        }

        /// Such as `812 ms: libraries 45, model 310`.
        @Override
        public String toString() {
            return millis.entrySet().stream()
                    .map(phase -> phase.getKey() + " " + phase.getValue())
                    .collect(Collectors.joining(", ", (last - begin) / 1_000_000 + " ms: ", ""));
        }
    }

    /// Loads all parts, side by side where they do not need each other.
    ///
    /// @throws EngineStartException if a part cannot be used
    public static Engine load(EngineFiles files, EngineOptions options, EngineObserver observer) {
        var times = new StartTimes();
        var handles = new NativeHandles();
        try {
            var checked = MappedFile.of(files.model());
            var check = CompletableFuture.runAsync(files::verifyModel);
            var reading = files.generator().map(file -> CompletableFuture.supplyAsync(() -> GeneratorFile.read(file)));
            NativeLibraries.load(files.nativeDirectory());
            requireGpu(options);
            times.end("libraries");
            var backend = handles.own(Backend.best(options.threadCount()));
            var trained = reading.map(file ->
                    handles.own(Opening.begin("generator", () -> Generator.load(file.join(), backend))));
            var encoder = files.encoder()
                    .map(file ->
                            handles.own(Opening.begin("encoder", () -> TextEncoder.load(file, options.threadCount()))));
            var model = handles.own(LoadedModel.load(files.model(), options));
            times.end("model");
            var generator =
                    trained.map(Opening::get).orElseGet(() -> handles.own(Generator.load(untrained(model), backend)));
            requireMatch(generator.manifest(), model, check);
            times.end("generator");
            var engine = new Engine(handles, model, generator, encoder.map(Opening::get), options, observer);
            times.end("workers");
            check.join();
            requireSame(checked);
            times.end("checksum");
            log(
                    model,
                    generator.manifest(),
                    engine.encoder(),
                    engine.adapterShape().layout(),
                    times);
            engine.tuningRefusal().ifPresent(reason -> info("Adapters are not tuned here: %s", reason));
            return engine;
        } catch (RuntimeException e) {
            handles.close();
            throw failure(e, files);
        }
    }

    private static GeneratorFile untrained(LoadedModel model) {
        var layout = model.layout();
        return UntrainedGenerator.of(
                model.id(), model.format().fingerprint(), model.model().hiddenSize(), layout, model.gains(layout));
    }

    /// Of a damaged model it is said that it is damaged, not that the generator is another model's.
    private static void requireMatch(GeneratorManifest generator, LoadedModel model, CompletableFuture<Void> check) {
        try {
            generator.requireMatch(model.id(), model.format().fingerprint());
        } catch (InvalidGeneratorException e) {
            check.join();
            throw e;
        }
    }

    /// The checksum is of what was opened by this path, and so is what llama.cpp mapped: both are one file if the path
    /// has meant the same one all the while.
    private static void requireSame(MappedFile model) {
        if (!model.equals(MappedFile.of(model.path()))) {
            throw new EngineStartException(
                    model.path() + " was written to or replaced while it was loaded: start again");
        }
    }

    private static void requireGpu(EngineOptions options) {
        if (options.requireGpu() && gpus().isEmpty()) {
            throw new EngineStartException(
                    "no GPU that the libraries in %s can use, and icm-lora.require-gpu (ICM_LORA_REQUIRE_GPU) is true"
                            .formatted(NativeLibraries.directory()));
        }
    }

    private static List<Device> gpus() {
        return Device.list().stream()
                .filter(device -> device.type() == Type.GPU || device.type() == Type.INTEGRATED_GPU)
                .toList();
    }

    private static RuntimeException failure(RuntimeException e, EngineFiles files) {
        return switch (e) {
            case CompletionException wrapped
            when wrapped.getCause() instanceof RuntimeException cause -> failure(cause, files);
            case CompletionException wrapped when wrapped.getCause() instanceof Error error -> throw error;
            case InvalidGeneratorException unfit ->
                new EngineStartException(files.generator().orElseThrow() + " cannot be used: " + unfit.getMessage());
            case NativeException failure -> new EngineStartException(firstLine(failure));
            case UncheckedIOException unreadable -> new EngineStartException(unreadable.getMessage());
            case UnusableEncoderException unfit -> new EngineStartException(unfit.getMessage());
            default -> e;
        };
    }

    /// llama.cpp says first what is wrong, and then of each caller that it failed.
    private static String firstLine(NativeException failure) {
        return failure.getMessage().lines().findFirst().orElse("");
    }

    private static void log(
            LoadedModel model,
            GeneratorManifest generator,
            Optional<TextEncoder> encoder,
            AdapterLayout adapter,
            StartTimes times) {
        var targets = String.join(", ", adapter.modules());
        var devices = gpus().isEmpty()
                ? "the CPU"
                : gpus().stream().map(Device::description).collect(Collectors.joining(", "));
        info("Computes on: %s", devices);
        info("Base model: %s", model.model().description());
        if (generator.isTrained()) {
            info(
                    "Generator: %s, trained on %d tasks",
                    generator.name(), generator.catalogue().size());
        } else {
            info("Generator: none for this base model; `icm-lora train FOLDER` trains one. Until then adapters are"
                    + " tuned from nothing, and none is generated");
        }
        info("Encoder: %s", encoder.map(TextEncoder::name).orElse("none; `make setup` fetches one"));
        info("Adapters: rank %d on %s of %d layers", adapter.rank(), targets, adapter.layers());
        info("Loaded in %s", times);
    }

    private static void info(String format, Object... values) {
        LOG.log(Level.INFO, () -> format.formatted(values));
    }
}
