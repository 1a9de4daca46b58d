package dev.icmlora.spark;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;

/// How a function is called, and where.
///
/// @param way where texts get their answers
/// @param batchSize most texts of a request, 1 to 31. From 32 on, a function with labels learns from the texts of a
/// request, and the answer to one of them would depend on the others
/// @param concurrency most requests at a time for a query, and so the most tasks of the stage that sends them
/// @param timeout until when a request must be answered, with its retries. An embedded engine takes what it needs
/// @param failFast whether a text that has no answer fails its task; else its row has a reason
/// @param abstainBelow least confidence of an output; below it the row has a reason. 0 for none
public record Options(Way way, int batchSize, int concurrency, Duration timeout, boolean failFast, double abstainBelow)
        implements Serializable {

    private static final int MOST_TEXTS = 31;
    private static final int CONCURRENCY = 16;
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    /// Where texts get their answers.
    public sealed interface Way extends Serializable {}

    /// From a deployed function, over HTTP.
    ///
    /// @param address such as `http://localhost:8080`, which driver and executors can reach
    /// @param key an API key or a token; empty where the function wants none
    public record Remote(String address, String key) implements Way {

        public Remote {
            Objects.requireNonNull(address, "address");
            Objects.requireNonNull(key, "key");
        }

        /// Without the key: plans and logs show it.
        @Override
        public String toString() {
            return address;
        }
    }

    /// From an engine within each executor. Its files are the same on each machine: by an absolute path, or by the
    /// name under which `--files` or `--archives` brings them.
    ///
    /// @param functions folder of the driver whose files `NAME.json` define the functions, as bodies of
    /// `PUT /functions/NAME`
    /// @param libraries folder with llama.cpp's libraries
    /// @param model the base model, a GGUF file
    /// @param generator the generator's file; empty for none
    public record Embedded(String functions, String libraries, String model, String generator) implements Way {

        public Embedded {
            Objects.requireNonNull(functions, "functions");
            Objects.requireNonNull(libraries, "libraries");
            Objects.requireNonNull(model, "model");
            Objects.requireNonNull(generator, "generator");
        }

        @Override
        public String toString() {
            return "an embedded engine";
        }
    }

    /// @throws IllegalArgumentException naming what is out of its bounds
    public Options {
        Objects.requireNonNull(way, "way");
        require(batchSize >= 1 && batchSize <= MOST_TEXTS, "batchSize must be 1 to " + MOST_TEXTS, batchSize);
        require(concurrency >= 1, "concurrency must be 1 or more", concurrency);
        require(timeout.compareTo(Duration.ZERO) > 0, "timeout must be more than 0", timeout);
        require(abstainBelow >= 0 && abstainBelow <= 1, "abstainBelow must be 0 to 1", abstainBelow);
    }

    private static void require(boolean holds, String bounds, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(bounds + ", not " + value);
        }
    }

    private static Options of(Way way) {
        return new Options(way, MOST_TEXTS, CONCURRENCY, TIMEOUT, false, 0);
    }

    /// A deployed function, called over HTTP.
    public static Options remote(String address) {
        return of(new Remote(address, ""));
    }

    /// An engine within each executor, which needs JDK 25. No service is asked.
    ///
    /// @param functions folder of the driver with a file `NAME.json` for each function
    /// @param libraries folder with llama.cpp's libraries, on each machine
    /// @param model the base model's file, on each machine
    public static Options embedded(String functions, String libraries, String model) {
        return of(new Embedded(functions, libraries, model, ""));
    }

    /// The same with the generator of the base model.
    ///
    /// @param file on each machine
    public Options withGenerator(String file) {
        if (way instanceof Embedded engine) {
            return with(new Embedded(engine.functions, engine.libraries, engine.model, file));
        }
        throw new IllegalArgumentException("a deployed function has a generator of its own");
    }

    /// The same with an API key or a token. It travels to the executors with the tasks.
    public Options withKey(String other) {
        if (way instanceof Remote function) {
            return with(new Remote(function.address, other));
        }
        throw new IllegalArgumentException("an embedded engine takes no key");
    }

    private Options with(Way other) {
        return new Options(other, batchSize, concurrency, timeout, failFast, abstainBelow);
    }

    public Options withBatchSize(int other) {
        return new Options(way, other, concurrency, timeout, failFast, abstainBelow);
    }

    public Options withConcurrency(int other) {
        return new Options(way, batchSize, other, timeout, failFast, abstainBelow);
    }

    public Options withTimeout(Duration other) {
        return new Options(way, batchSize, concurrency, other, failFast, abstainBelow);
    }

    public Options withFailFast(boolean other) {
        return new Options(way, batchSize, concurrency, timeout, other, abstainBelow);
    }

    public Options withAbstainBelow(double other) {
        return new Options(way, batchSize, concurrency, timeout, failFast, other);
    }

    /// As plans and logs show them.
    @Override
    public String toString() {
        return way.toString();
    }
}
