package dev.icmlora.function.storage;

import java.util.Map;

/// What a store says of an object.
///
/// @param version generation or ETag; opaque
/// @param bytes size of the content
/// @param metadata what was written beside the content; empty in lists
public record StoredObject(String key, String version, long bytes, Map<String, String> metadata) {

    public StoredObject {
        metadata = Map.copyOf(metadata);
    }
}
