package dev.icmlora.function.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.icmlora.generator.Sha256;

/// The owner of the adapters, decisions and cached prefixes that a request sees. No tenant finds out what another
/// has.
///
/// @param id SHA-256 of the caller's name, in hex; empty for [#SHARED]
public record Tenant(String id) {

    /// Everybody where `icm-lora.tenancy` is `none`. Where it is `key`, no caller: the task files of object storage.
    public static final Tenant SHARED = new Tenant("");

    /// @param caller name of a caller
    public static Tenant of(String caller) {
        return new Tenant(Sha256.hex(caller.getBytes(UTF_8)));
    }
    /// The folder of its objects in a bucket.
    public String folder() {
        return equals(SHARED) ? "shared" : id;
    }

    /// The tenant whose folder has this name.
    public static Tenant ofFolder(String name) {
        return name.equals(SHARED.folder()) ? SHARED : new Tenant(name);
    }
}
