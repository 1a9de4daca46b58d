package dev.icmlora.function.storage;

/// ETags serve as versions without the quotes that HTTP puts around them; events name them so.
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
