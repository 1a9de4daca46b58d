package dev.icmlora.adapters;

import java.util.List;

import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.function.adapters.KnownAdapter.OwnedId;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.service.RequestRules;

/// Body of `POST /adapters/blend`.
///
/// @param adapters what to add up
/// @param task that the sum is for, which belongs in its prompts; default that of the adapters if they
/// have one and the same, none otherwise
@RegisterForReflection
public record SumRequest(List<Summand> adapters, TaskBody task) {

    /// Adapters of one sum.
    private static final int SUMMANDS = 16;

    /// @param id of a known adapter
    /// @param weight its factor
    public record Summand(String id, Double weight) {}

    public SumRequest {
        adapters = adapters == null ? List.of() : adapters;
    }

    /// @throws RequestException naming every broken rule
    public void check(RequestRules rules) {
        var violations = new Violations();
        violations.when(adapters.isEmpty(), "/adapters", 1, 0, "must not be empty");
        violations.count("/adapters", adapters.size(), SUMMANDS);
        for (var i = 0; i < Math.min(adapters.size(), SUMMANDS); i++) {
            check("/adapters/" + i, adapters.get(i), violations);
        }
        if (task != null) {
            rules.checkShown(task, violations);
        }
        violations.raise();
    }

    private static void check(String field, Summand summand, Violations violations) {
        if (summand == null) {
            violations.when(true, field, "an object", null, "must not be null");
            return;
        }
        var isId = summand.id != null && OwnedId.isId(summand.id);
        violations.when(!isId, field + "/id", OwnedId.FORM.pattern(), summand.id, "is no id");
        if (summand.weight == null) {
            violations.when(true, field + "/weight", null, null, "is missing");
        } else {
            violations.range(field + "/weight", summand.weight, -RequestRules.SCALE, RequestRules.SCALE);
        }
    }
}
