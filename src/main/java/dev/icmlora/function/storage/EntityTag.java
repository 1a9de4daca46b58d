package dev.icmlora.function.storage;

/// Makes versions of ETags, and back. A version has no quotes, as in events; an ETag in HTTP has some.
public final class EntityTag {

    private EntityTag() {}

    /// Half a tag would be another version, of which an event is not to be waited for. Clients take headers that end
    /// with the connection for whole ones.
    ///
    /// @param tag null if the answer has none
    /// @throws StorageUnavailableException if it is not whole
    public static String version(String tag) {
        if (tag == null || tag.isEmpty() || tag.startsWith("\"") && !tag.matches("\".+\"")) {
            throw new StorageUnavailableException("the store's answer was cut short", null);
        }
        return tag.replace("\"", "");
    }

    public static String tag(String version) {
        return "\"" + version + "\"";
    }
}
