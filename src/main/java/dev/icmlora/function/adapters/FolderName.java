package dev.icmlora.function.adapters;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

import dev.icmlora.function.access.Tenant;

/// The name of a file in the folder: `<hex>.gguf` and `<hex>.generated.json` or `<hex>.given.json`. An adapter of a
/// tenant has the tenant's id before its name, `<tenant>-<hex>.gguf`, so that tenants have nothing in common but the
/// limit.
record FolderName(OwnedId id, Kind kind) {

    private static final String ID_PREFIX = "sha256:";
    private static final Pattern FORM = Pattern.compile("(?:([0-9a-f]{64})-)?([0-9a-f]{64})(\\.[a-z.]+)");

    enum Kind {
        /// The adapter in its canonical form.
        WEIGHTS(".gguf"),
        /// What it was generated from.
        GENERATED(".generated.json"),
        /// What a client brought or mixed it for; nobody here could make it again.
        GIVEN(".given.json");

        private final String suffix;

        Kind(String suffix) {
            this.suffix = suffix;
        }
    }

    /// Empty for a file that is none of the folder's.
    static Optional<FolderName> of(Path file) {
        var name = FORM.matcher(file.getFileName().toString());
        if (!name.matches()) {
            return Optional.empty();
        }
        var tenant = name.group(1) == null ? Tenant.SHARED : new Tenant(name.group(1));
        var id = new OwnedId(tenant, ID_PREFIX + name.group(2));
        return Arrays.stream(Kind.values())
                .filter(kind -> kind.suffix.equals(name.group(3)))
                .findFirst()
                .map(kind -> new FolderName(id, kind));
    }

    boolean isCard() {
        return kind != Kind.WEIGHTS;
    }

    @Override
    public String toString() {
        var hex = id.id().substring(ID_PREFIX.length());
        return (id.tenant().equals(Tenant.SHARED) ? hex : id.tenant().id() + "-" + hex) + kind.suffix;
    }
}
