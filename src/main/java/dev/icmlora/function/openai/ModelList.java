package dev.icmlora.function.openai;

import java.util.List;

import io.quarkus.runtime.annotations.RegisterForReflection;

/// Reply of `GET /v1/models`.
@RegisterForReflection
record ModelList(String object, List<Model> data) {

    /// @param created when this instance started, seconds since 1970
    record Model(String id, String object, long created, String ownedBy) {}

    static ModelList of(List<String> ids, long created) {
        return new ModelList(
                "list",
                ids.stream()
                        .map(id -> new Model(id, "model", created, "icm-lora"))
                        .toList());
    }
}
