package dev.icmlora.function.events;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageUnavailableException;
import dev.icmlora.function.storage.StoredObject;

/// A file of inputs, or of results. Inputs are read twice, first to check all of them. A small file stays in memory
/// in between; a large one is read from its store each time.
record Lines(StoredObject object, Content.Source source) {

    private static final int SMALL = 1 << 20;

    static Lines of(ObjectStore store, StoredObject object) {
        if (object.bytes() > SMALL) {
            return streamed(store, object);
        }
        try (var in = store.read(object)) {
            var all = in.readAllBytes();
            return new Lines(object, () -> new ByteArrayInputStream(all));
        } catch (IOException e) {
            throw unreadable(object, e);
        }
    }

    /// Of any size, read whenever it is opened.
    static Lines streamed(ObjectStore store, StoredObject object) {
        return new Lines(object, () -> store.read(object));
    }

    void writeTo(OutputStream out) throws IOException {
        try (var in = source.open()) {
            in.transferTo(out);
        }
    }

    InputStream open() {
        try {
            return source.open();
        } catch (IOException e) {
            throw unreadable(object, e);
        }
    }

    static StorageUnavailableException unreadable(StoredObject object, IOException e) {
        return new StorageUnavailableException("cannot read " + object.key() + ": " + e, e);
    }
}
