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
/// @param hash the beginning of its definition's, such as `1f0c7a92`
/// @param prepared as bytes
record EmbeddedFunction(Options options, Embedded engine, String name, String hash, Broadcast<byte[]> prepared)
        implements CalledFunction {

    /// The engine's. The rest of this addon does with less.
    private static final int JDK = 25;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,63}");
    private static final int BYTES_OF_HASH = 4;

    /// What was prepared last, of each function of the application.
    private static final Map<Prepared, EmbeddedFunction> PREPARED = new HashMap<>();

    private record Prepared(String application, Embedded engine, String name) {}

    /// @param name such as `urgency`, of which the folder of functions has a file `urgency.json`
    /// @throws IllegalArgumentException as in [CalledFunction#named], or if it cannot be prepared
    static EmbeddedFunction named(String name, Options options, Embedded engine, SparkContext context) {
        requireJdk();
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no name of an embedded function: that is 1 to 64 of a"
                    + " to z, 0 to 9, - and _ with a letter at the start, and has no version");
        }
        byte[] definition = definition(name, engine);
        String hash = HexFormat.of().formatHex(sha256(definition), 0, BYTES_OF_HASH);
        Prepared key = new Prepared(context.applicationId(), engine, name);
        synchronized (PREPARED) {
            PREPARED.keySet().removeIf(other -> !other.application.equals(key.application));
            EmbeddedFunction known = PREPARED.get(key);
            if (known == null || !known.hash.equals(hash)) {
                byte[] prepared = EmbeddedEngine.of(engine).prepared(name, definition);
                Broadcast<byte[]> sent =
                        JavaSparkContext.fromSparkContext(context).broadcast(prepared);
                known = new EmbeddedFunction(options, engine, name, hash, sent);
                PREPARED.put(key, known);
            }
            return new EmbeddedFunction(options, engine, name, hash, known.prepared);
        }
    }

    @Override
    public String version() {
        return name + "@" + hash;
    }

    private static void requireJdk() {
        int here = Runtime.version().feature();
        if (here < JDK) {
            throw new IllegalArgumentException(
                    "an embedded engine needs JDK " + JDK + " on the driver and on the executors; here is JDK " + here);
        }
    }

    private static byte[] definition(String name, Embedded engine) {
        Path file = Path.of(engine.functions(), name + ".json").toAbsolutePath();
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
        return version() + " by " + options;
    }
}
