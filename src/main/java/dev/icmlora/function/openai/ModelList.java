package dev.icmlora.function.openai;

import java.util.List;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// Reply of `GET /v1/models`.
@RegisterForReflection
@Schema(requiredProperties = {"object", "data"})
record ModelList(@Schema(constValue = "list") String object, List<Model> data) {

    /// @param created when this instance started, seconds since 1970
    @Schema(requiredProperties = {"id", "object", "created", "owned_by"})
    record Model(String id, @Schema(constValue = "model") String object, long created, String ownedBy) {}

    static ModelList of(List<String> ids, long created) {
        return new ModelList(
                "list",
                ids.stream()
                        .map(id -> new Model(id, "model", created, "icm-lora"))
                        .toList());
    }
}
