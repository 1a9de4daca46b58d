package dev.icmlora.function.storage;

/// ETags serve as versions without the quotes that HTTP puts around them; events name them so.
final class EntityTag {

    private EntityTag() {}

    /// @param tag null if the answer has none
    /// @throws StorageUnavailableException if it has none: it was cut short
    static String version(String tag) {
        if (tag == null) {
            throw new StorageUnavailableException("the store's answer was cut short", null);
        }
        return tag.replace("\"", "");
    }

    static String tag(String version) {
        return "\"" + version + "\"";
    }
}
