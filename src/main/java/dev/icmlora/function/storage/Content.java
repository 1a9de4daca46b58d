package dev.icmlora.function.storage;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;

import dev.icmlora.function.storage.ObjectStore.StoredObject;

/// What a store writes. Its size is known, and each retry reads it from the beginning.
public record Content(long bytes, Source source) {

    /// Opens the content from its beginning.
    @FunctionalInterface
    public interface Source {
        InputStream open() throws IOException;
    }

    public static Content of(byte[] bytes) {
        return new Content(bytes.length, () -> new ByteArrayInputStream(bytes));
    }

    /// A value as JSON.
    public static Content of(ObjectWriter json, Object value) {
        try {
            return of(json.writeValueAsBytes(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what is kept has a JSON form", e);
        }
    }

    /// Objects of a store, one after the other.
    public static Content of(ObjectStore store, List<StoredObject> parts) {
        var bytes = parts.stream().mapToLong(StoredObject::bytes).sum();
        return new Content(bytes, () -> new Joined(store, parts));
    }

    /// Opens each part when the one before it is read. A `SequenceInputStream` would open all that are left when it is
    /// closed.
    private static final class Joined extends InputStream {
        private final ObjectStore store;
        private final Iterator<StoredObject> left;
        private InputStream part = InputStream.nullInputStream();

        private Joined(ObjectStore store, List<StoredObject> parts) {
            this.store = store;
            this.left = parts.iterator();
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            var read = part.read(bytes, offset, length);
            while (read < 0 && left.hasNext()) {
                part.close();
                part = store.read(left.next());
                read = part.read(bytes, offset, length);
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            part.close();
        }
    }

    public void writeTo(OutputStream out) throws IOException {
        try (var in = source.open()) {
            in.transferTo(out);
        }
    }

    /// All of it, in memory.
    ///
    /// @throws StorageUnavailableException if it cannot be read, or has another size
    public byte[] whole() {
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
    public void inPieces(int size, Consumer<byte[]> taker) {
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
        return new StorageUnavailableException("content cannot be read: " + e, e);
    }
}
