package dev.icmlora.function.events;

import java.io.IOException;
import java.io.OutputStream;

import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StoredObject;

/// The results of a job in a store, which are not opened before they are written.
record JobResults(ObjectStore store, StoredObject object) {

    long bytes() {
        return object.bytes();
    }

    void writeTo(OutputStream out) throws IOException {
        try (var in = store.read(object)) {
            in.transferTo(out);
        }
    }
}
