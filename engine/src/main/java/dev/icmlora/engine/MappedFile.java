package dev.icmlora.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/// A file that the process maps. Writing into it changes what the process computes with, and llama.cpp does not
/// notice; deleting it, or putting another one in its place, does not.
///
/// @param key of the file itself, whatever it is called; null where the file system has none
record MappedFile(Path path, Object key, long bytes, FileTime modified) {

    /// As it is now.
    static MappedFile of(Path path) {
        try {
            return of(path, Files.readAttributes(path, BasicFileAttributes.class));
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static MappedFile of(Path path, BasicFileAttributes attributes) {
        return new MappedFile(path, attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
    }

    /// Whether it is as it was when it was mapped.
    boolean isIntact() {
        try {
            var now = of(path, Files.readAttributes(path, BasicFileAttributes.class));
            return key != null && !key.equals(now.key) || equals(now);
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
