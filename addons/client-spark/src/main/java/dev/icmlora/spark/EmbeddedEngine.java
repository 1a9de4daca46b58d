package dev.icmlora.spark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineFiles;
import dev.icmlora.engine.EngineLoader;
import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.EngineStartException;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.EngineObserver;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.task.PreparedTask;
import dev.icmlora.spark.Options.Embedded;

/// The engine of this JVM, which its tasks share: opened by the first of them, and closed when the JVM ends. Needs the
/// engine's JDK.
final class EmbeddedEngine {

    private static final Map<List<String>, EmbeddedEngine> OPEN = new HashMap<>();
    /// Spark's name of the driver among the executors.
    private static final String DRIVER = "driver";
    /// A master whose driver is the executor too.
    private static final Pattern LOCAL = Pattern.compile("local(\\[.*)?");

    private final Engine engine;
    /// The version of each function that was asked last, by the function's name.
    private final Map<String, Prepared> tasks = new HashMap<>();

    private record Prepared(String version, PreparedTask task) {}

    private EmbeddedEngine(Embedded files) {
        EngineFiles known = EngineFiles.of(here(files.libraries()), here(files.model()));
        EngineFiles all = files.generator().isEmpty() ? known : known.withGenerator(here(files.generator()));
        engine = EngineLoader.load(all, EngineOptions.DEFAULT.withThreads(threads()), EngineObserver.NONE);
        Runtime.getRuntime().addShutdownHook(new Thread(engine::close, "icm_lora end"));
    }

    /// @throws IllegalArgumentException if it cannot be opened
    static EmbeddedEngine of(Embedded files) {
        synchronized (OPEN) {
            try {
                return OPEN.computeIfAbsent(
                        List.of(files.libraries(), files.model(), files.generator()),
                        wanted -> new EmbeddedEngine(files));
            } catch (EngineStartException | IllegalStateException e) {
                throw new IllegalArgumentException("the embedded engine does not start: " + e.getMessage(), e);
            }
        }
    }

    /// A file by its path, or by the name under which Spark brought it.
    private static Path here(String name) {
        Path path = Path.of(name);
        return path.isAbsolute() || Files.exists(path) ? path : Path.of(SparkFiles.get(name));
    }

    /// As many as an executor has, of which there may be others on the machine. A driver beside executors prepares
    /// while they wait, and has all of its machine.
    private static int threads() {
        int processors = Runtime.getRuntime().availableProcessors();
        SparkEnv here = SparkEnv.get();
        boolean answers = !here.executorId().equals(DRIVER)
                || LOCAL.matcher(here.conf().get("spark.master")).matches();
        return answers ? Math.min(processors, here.conf().getInt("spark.executor.cores", processors)) : processors;
    }

    /// A function, prepared for other processes.
    ///
    /// @throws IllegalArgumentException if the definition is none, or cannot be served
    byte[] prepared(String name, byte[] definition) {
        Definition function = Definition.read(name, definition);
        try {
            return PreparedTask.of(engine, function.task(), function.output()).toBytes();
        } catch (UnusableInputException e) {
            throw new IllegalArgumentException("the function '" + name + "' cannot be served: " + e.getMessage(), e);
        }
    }

    /// A function that the driver prepared.
    synchronized PreparedTask task(EmbeddedFunction function) {
        Prepared known = tasks.get(function.name());
        if (known == null || !known.version.equals(function.version())) {
            byte[] prepared = function.prepared().value();
            known = new Prepared(function.version(), PreparedTask.read(engine, prepared));
            tasks.put(function.name(), known);
        }
        return known.task;
    }

    EngineSession session() {
        return new EngineSession(engine, new Cancellation());
    }
}
