package dev.icmlora.function.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A bucket: objects by key in one flat name space, each with an opaque version that changes with its content.
/// Thread-safe. Every method fails with a [StorageException].
public interface ObjectStore {

    /// The object as it is now; empty if there is none.
    Optional<StoredObject> find(String key);

    /// The content of exactly this version, as a stream. The stream fails when it ends before the object does.
    ///
    /// @throws ObjectGoneException if the object was deleted or has another version by now
    InputStream read(StoredObject object);

    /// The content of exactly this version, in memory; empty if the object was deleted or has another version now.
    default Optional<byte[]> content(StoredObject object) {
        try (var in = read(object)) {
            return Optional.of(in.readAllBytes());
        } catch (ObjectGoneException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new StorageUnavailableException("cannot read " + object.key() + ": " + e, e);
        }
    }

    /// Creates or replaces an object in one step: a reader sees all of it or nothing, and so does a crash.
    ///
    /// @param metadata names of lower-case letters and digits, values of printable ASCII
    /// @return the new version
    /// @throws ConditionFailedException if the condition does not hold; nothing was written then
    String write(String key, Content content, Map<String, String> metadata, Condition condition);

    /// Creates or replaces an object from others, one after the other, in one step as [#write] does. None of them is in
    /// memory as a whole; where the provider puts objects together by itself, their bytes do not come here at all.
    ///
    /// @throws ObjectGoneException if one of them is not there any more
    default String compose(String key, List<StoredObject> parts, Map<String, String> metadata, Condition condition) {
        return write(key, Content.of(this, parts), metadata, condition);
    }

    /// Deletes an object, if it is there.
    void delete(String key);

    /// The objects whose keys begin with this prefix, in the order of their keys, without their metadata.
    List<StoredObject> list(String prefix);

    /// What a store says of an object.
    ///
    /// @param version generation or ETag; opaque
    /// @param bytes size of the content
    /// @param metadata what was written beside the content; empty in lists
    record StoredObject(String key, String version, long bytes, Map<String, String> metadata) {

        public StoredObject {
            metadata = Map.copyOf(metadata);
        }
    }
}
