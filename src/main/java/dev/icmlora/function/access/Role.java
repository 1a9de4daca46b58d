package dev.icmlora.function.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// A right of a caller.
public enum Role {
    /// Ask: answers, texts, embeddings, adapters and their files.
    CALL,
    /// Bring adapters and add them up, and define functions; with tenants, take the own ones away.
    UPLOAD,
    /// Send events of object storage, and read how deliveries ended.
    EVENTS,
    /// Read metrics, and how deliveries ended.
    METRICS,
    /// All of that, and take adapters and functions away that everybody uses.
    ADMIN;

    /// The role of that name in settings.
    static Optional<Role> of(String name) {
        return Arrays.stream(values())
                .filter(role -> role.toString().equals(name))
                .findFirst();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
