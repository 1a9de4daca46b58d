package dev.icmlora.function;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

import org.eclipse.microprofile.config.spi.ConfigSource;

/// The bucket of the function under test: a directory of this JVM alone, since tests run in two at a time.
public final class TestBucket implements ConfigSource {

    public static final Path FOLDER = Path.of(
                    "target/buckets", Long.toString(ProcessHandle.current().pid()))
            .toAbsolutePath();
    /// Of task files. The tests of events make it.
    public static final Path EVENTS = FOLDER.resolve("events-bucket");

    /// The addon of events names its own, which is an unknown setting where the addon is not.
    private static final Map<String, String> SETTINGS =
            Map.of("icm-lora.storage.bucket", "file:" + FOLDER, "test.events", EVENTS.toString());

    public TestBucket() {
        try {
            Files.createDirectories(FOLDER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String getName() {
        return "bucket of this test run";
    }

    @Override
    public Set<String> getPropertyNames() {
        return SETTINGS.keySet();
    }

    @Override
    public String getValue(String name) {
        return SETTINGS.get(name);
    }
}
