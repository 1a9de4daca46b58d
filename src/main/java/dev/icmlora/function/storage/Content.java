package dev.icmlora.function.storage;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/// What to write: of known size, and readable as often as a retry needs.
public record Content(long bytes, Source source) {

    /// Opens the content from its beginning.
    @FunctionalInterface
    public interface Source {
        InputStream open() throws IOException;
    }

    public static Content of(byte[] bytes) {
        return new Content(bytes.length, () -> new ByteArrayInputStream(bytes));
    }
}
