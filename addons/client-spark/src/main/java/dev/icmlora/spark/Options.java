package dev.icmlora.spark;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;

/// Where a function is, and how it is called.
///
/// @param address such as `http://localhost:8080`, which driver and executors can reach
/// @param key an API key or a token; empty where the function wants none
/// @param batchSize most texts of a request, 1 to 31. From 32 on, a function with labels learns from the texts of a
/// request, and the answer to one of them would depend on the others
/// @param concurrency most requests at a time for a query, and so the most tasks of the stage that sends them
/// @param timeout until when a request must be answered, with its retries
/// @param failFast whether a text that has no answer fails its task; else its row has a reason
/// @param abstainBelow least confidence of an output; below it the row has a reason. 0 for none
public record Options(
        String address,
        String key,
        int batchSize,
        int concurrency,
        Duration timeout,
        boolean failFast,
        double abstainBelow)
        implements Serializable {

    private static final int MOST_TEXTS = 31;
    private static final int CONCURRENCY = 16;
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    /// @throws IllegalArgumentException naming what is out of its bounds
    public Options {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(key, "key");
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

    /// A deployed function, called over HTTP.
    public static Options remote(String address) {
        return new Options(address, "", MOST_TEXTS, CONCURRENCY, TIMEOUT, false, 0);
    }

    /// The same with an API key or a token. It travels to the executors with the tasks.
    public Options withKey(String other) {
        return new Options(address, other, batchSize, concurrency, timeout, failFast, abstainBelow);
    }

    public Options withBatchSize(int other) {
        return new Options(address, key, other, concurrency, timeout, failFast, abstainBelow);
    }

    public Options withConcurrency(int other) {
        return new Options(address, key, batchSize, other, timeout, failFast, abstainBelow);
    }

    public Options withTimeout(Duration other) {
        return new Options(address, key, batchSize, concurrency, other, failFast, abstainBelow);
    }

    public Options withFailFast(boolean other) {
        return new Options(address, key, batchSize, concurrency, timeout, other, abstainBelow);
    }

    public Options withAbstainBelow(double other) {
        return new Options(address, key, batchSize, concurrency, timeout, failFast, other);
    }

    /// Without the key: plans and logs show it.
    @Override
    public String toString() {
        return address;
    }
}
