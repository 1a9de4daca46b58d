package dev.icmlora.function.storage;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Enumeration;
import java.util.List;
import java.util.function.Consumer;

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

    /// Objects of a store, one after the other.
    static Content of(ObjectStore store, List<StoredObject> parts) {
        var bytes = parts.stream().mapToLong(StoredObject::bytes).sum();
        return new Content(bytes, () -> {
            var streams = parts.stream().map(store::read).iterator();
            return new SequenceInputStream(new Enumeration<>() {
                @Override
                public boolean hasMoreElements() {
                    return streams.hasNext();
                }

                @Override
                public InputStream nextElement() {
                    return streams.next();
                }
            });
        });
    }

    /// All of it, in memory.
    ///
    /// @throws StorageUnavailableException if it cannot be read, or has another size
    byte[] whole() {
        try (var in = source.open()) {
            var all = in.readNBytes(Math.toIntExact(bytes) + 1);
            if (all.length != bytes) {
                throw new EOFException(all.length + " bytes or more instead of " + bytes);
            }
            return all;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /// Hands it on piece by piece.
    ///
    /// @param size of every piece but the last
    /// @throws StorageUnavailableException if it cannot be read, or has another size
    void inPieces(int size, Consumer<byte[]> taker) {
        try (var in = source.open()) {
            var left = bytes;
            for (var piece = in.readNBytes(size); piece.length > 0; piece = in.readNBytes(size)) {
                left -= piece.length;
                taker.accept(piece);
            }
            if (left != 0) {
                throw new EOFException((bytes - left) + " bytes instead of " + bytes);
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static StorageUnavailableException unreadable(IOException e) {
        return new StorageUnavailableException("what was to be written could not be read: " + e, e);
    }
}
