package dev.icmlora.function.adapters;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.KnownAdapter.OwnedId;

/// The name of a file in the folder: `<hex>.generated.gguf` and its card `<hex>.generated.json`, or `<hex>.gguf` and
/// `<hex>.given.json`. An adapter of a tenant has the tenant's id before its name, `<tenant>-<hex>.gguf`, so that
/// tenants have nothing in common but the limit.
///
/// The names of the two kinds differ, so that making room, which deletes files of the one kind alone, cannot take what
/// has to stay: not by an old listing either, nor where a file system has no locks.
record FolderName(OwnedId id, Kind kind, boolean isCard) {

    private static final String ID_PREFIX = "sha256:";
    private static final Pattern FORM = Pattern.compile("(?:([0-9a-f]{64})-)?([0-9a-f]{64})(\\.[a-z.]+)");

    enum Kind {
        /// Its card says what it was generated from, which makes it again.
        GENERATED(".generated.gguf", ".generated.json"),
        /// A client brought or mixed it. Nothing makes it again.
        GIVEN(".gguf", ".given.json");

        private final String weights;
        private final String card;

        Kind(String weights, String card) {
            this.weights = weights;
            this.card = card;
        }
    }

    static FolderName weights(OwnedId id, Kind kind) {
        return new FolderName(id, kind, false);
    }

    static FolderName card(OwnedId id, Kind kind) {
        return new FolderName(id, kind, true);
    }

    /// Empty for a file that is none of the folder's.
    static Optional<FolderName> of(Path file) {
        var name = FORM.matcher(file.getFileName().toString());
        if (!name.matches()) {
            return Optional.empty();
        }
        var tenant = name.group(1) == null ? Tenant.SHARED : new Tenant(name.group(1));
        var id = new OwnedId(tenant, ID_PREFIX + name.group(2));
        var end = name.group(3);
        return Arrays.stream(Kind.values())
                .filter(kind -> end.equals(kind.weights) || end.equals(kind.card))
                .findFirst()
                .map(kind -> new FolderName(id, kind, end.equals(kind.card)));
    }

    @Override
    public String toString() {
        var hex = id.id().substring(ID_PREFIX.length());
        return (id.tenant().equals(Tenant.SHARED) ? hex : id.tenant().id() + "-" + hex)
                + (isCard ? kind.card : kind.weights);
    }
}
