package dev.icmlora.function.storage;

/// ETags serve as versions without the quotes that HTTP puts around them; events name them so.
final class EntityTag {

    private EntityTag() {}

    static String version(String tag) {
        return tag.replace("\"", "");
    }

    static String tag(String version) {
        return "\"" + version + "\"";
    }
}
