package dev.icmlora.function.storage;

import java.io.Closeable;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

import dev.icmlora.function.storage.ObjectStore.StoredObject;

/// Reads an object's content, and fails if it ends too early. Some client libraries take a connection that breaks
/// for the end, and half a task file must not be refused as a bad one.
public final class WholeObject extends FilterInputStream {

    private final StoredObject object;
    private final Closeable leave;
    private long seen;

    public WholeObject(InputStream in, StoredObject object) {
        this(in, object, in);
    }

    /// @param leave closes it before its end, where its own `close` would read on to there
    public WholeObject(InputStream in, StoredObject object, Closeable leave) {
        super(in);
        this.object = object;
        this.leave = leave;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        var n = readSome(buffer, offset, length);
        if (n > 0) {
            seen += n;
        } else if (n < 0 && seen < object.bytes()) {
            throw new EOFException("%s ended after %d of %d bytes".formatted(object.key(), seen, object.bytes()));
        }
        return n;
    }

    private int readSome(byte[] buffer, int offset, int length) throws IOException {
        try {
            return super.read(buffer, offset, length);
        } catch (RuntimeException e) {
            // Client libraries throw exceptions of their own from streams.
            throw new IOException(object.key() + " could not be read on: " + e.getMessage(), e);
        }
    }

    @Override
    public long skip(long bytes) throws IOException {
        var skipped = super.skip(bytes);
        seen += skipped;
        return skipped;
    }

    @Override
    public void close() throws IOException {
        try {
            (seen < object.bytes() ? leave : in).close();
        } catch (RuntimeException e) {
            throw new IOException(object.key() + " could not be closed: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
