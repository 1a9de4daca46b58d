package dev.icmlora.function.service;

import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;

import dev.icmlora.engine.auto.AutoMode.Plan;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.error.Violations;

/// Which answers are left out: `abstain_below` of a request.
sealed interface Abstention {

    /// The field of a request.
    String FIELD = "/abstain_below";

    /// Those that are less sure.
    record Below(double confidence) implements Abstention {

        @Override
        public double threshold(Plan plan) {
            return confidence;
        }
    }

    /// The least sure ones, so that at most a share of those kept is wrong.
    record Risk(double share) implements Abstention {

        private static final String NAME = "risk";

        @Override
        public double threshold(Plan plan) {
            return plan.threshold(share);
        }
    }

    /// The least confidence of an answer that is kept.
    ///
    /// @param plan that answers
    double threshold(Plan plan);

    /// What a request says.
    ///
    /// @param value a number from 0 to 1, or an object with a risk between them; null for none
    /// @return empty where it is null, or no such value
    static Optional<Abstention> read(JsonNode value, Violations violations) {
        if (value == null) {
            return Optional.empty();
        }
        if (value.isObject()) {
            return risk(value, violations);
        }
        if (!value.isNumber()) {
            var either = "a number, or an object with risk";
            violations.when(true, FIELD, either, Violation.shown(value), "must be " + either);
            return Optional.empty();
        }
        violations.range(FIELD, value.doubleValue(), 0, 1);
        return Optional.of(new Below(value.doubleValue()));
    }

    private static Optional<Abstention> risk(JsonNode object, Violations violations) {
        for (var each : object.properties()) {
            var name = each.getKey();
            var isOther = !name.equals(Risk.NAME);
            violations.when(isOther, FIELD + "/" + name, List.of(Risk.NAME), name, "is not a known field");
        }
        var field = FIELD + "/" + Risk.NAME;
        var risk = object.path(Risk.NAME);
        violations.when(risk.isMissingNode(), field, "a number", null, "is missing");
        if (!risk.isNumber()) {
            violations.when(!risk.isMissingNode(), field, "a number", Violation.shown(risk), "must be a number");
            return Optional.empty();
        }
        var share = risk.doubleValue();
        var isShare = share > 0 && share < 1;
        violations.when(
                !isShare, field, "above 0, below 1", risk.asText(), "is %s, not between 0 and 1".formatted(share));
        return Optional.of(new Risk(share));
    }
}
