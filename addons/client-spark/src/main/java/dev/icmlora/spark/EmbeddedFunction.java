package dev.icmlora.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;

import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

import dev.icmlora.spark.Options.Embedded;

/// A function that executors answer themselves. The driver prepares it once for a session, with its adapter or its
/// head, and every executor gets that.
///
/// @param version its name and the beginning of its definition's hash, such as `urgency@1f0c7a92`
/// @param prepared as bytes
record EmbeddedFunction(Options options, Embedded engine, String version, Broadcast<byte[]> prepared)
        implements CalledFunction {

    /// The engine's. The rest of this addon does with less.
    private static final int JDK = 25;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,63}");
    private static final int BYTES_OF_HASH = 4;

    private static final Map<Prepared, Broadcast<byte[]>> PREPARED = new HashMap<>();

    /// What was prepared before.
    private record Prepared(String application, Embedded engine, String version) {}

    /// @param name such as `urgency`, of which the folder of functions has a file `urgency.json`
    /// @throws IllegalArgumentException as in [CalledFunction#named], or if it cannot be prepared
    static EmbeddedFunction named(String name, Options options, Embedded engine, SparkContext context) {
        requireJdk();
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no name of an embedded function: that is 1 to 64 of a"
                    + " to z, 0 to 9, - and _ with a letter at the start, and has no version");
        }
        byte[] definition = definition(name, engine);
        String version = name + "@" + HexFormat.of().formatHex(sha256(definition), 0, BYTES_OF_HASH);
        synchronized (PREPARED) {
            Broadcast<byte[]> prepared = PREPARED.computeIfAbsent(
                    new Prepared(context.applicationId(), engine, version),
                    wanted -> JavaSparkContext.fromSparkContext(context)
                            .broadcast(EmbeddedEngine.of(engine).prepared(name, definition)));
            return new EmbeddedFunction(options, engine, version, prepared);
        }
    }

    private static void requireJdk() {
        int here = Runtime.version().feature();
        if (here < JDK) {
            throw new IllegalArgumentException(
                    "an embedded engine needs JDK " + JDK + " on the driver and on the executors; here is JDK " + here);
        }
    }

    private static byte[] definition(String name, Embedded engine) {
        Path file = Path.of(engine.functions(), name + ".json");
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("icm_lora finds no function '" + name + "': there is no " + file, e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e, e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public TextAnswers answers(Accumulators accumulators) {
        requireJdk();
        return new EmbeddedAnswers(this, EmbeddedEngine.of(engine), accumulators);
    }

    @Override
    public String toString() {
        return version + " by " + options;
    }
}
