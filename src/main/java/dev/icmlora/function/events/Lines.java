package dev.icmlora.function.events;

import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StoredObject;

/// An object, and the store that has it.
record Lines(ObjectStore store, StoredObject object) {}
