package dev.icmlora.function.service;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.worker.Labels;
import dev.icmlora.function.error.Violations;

/// What labels have to be like for a model.
public final class LabelRules {

    private LabelRules() {}

    /// Labels as the model reads them.
    ///
    /// @param labels that [RequestRules#checkLabels] has passed
    /// @throws dev.icmlora.function.error.RequestException if one has no tokens, the same as another,
    /// more than the context holds, or the token that ends an answer
    public static Labels tokens(List<String> labels, Engine engine) {
        var violations = new Violations();
        var places = new HashMap<List<Integer>, Integer>();
        for (var i = 0; i < labels.size(); i++) {
            var field = "/labels/" + i;
            var tokens =
                    Arrays.stream(engine.format().answer(labels.get(i))).boxed().toList();
            var before = places.putIfAbsent(tokens, i);
            violations.when(
                    tokens.size() == 1,
                    field,
                    1,
                    0,
                    "has no tokens: the model's vocabulary has none for any of its characters");
            violations.when(
                    before != null, field, null, labels.get(i), "has the tokens of /labels/%d".formatted(before));
            violations.when(
                    tokens.subList(0, tokens.size() - 1)
                            .contains(engine.format().endOfTurn()),
                    field,
                    null,
                    labels.get(i),
                    "holds what ends an answer of this model");
            violations.when(
                    tokens.size() > engine.contextTokens(),
                    field,
                    engine.contextTokens(),
                    tokens.size(),
                    "has %d tokens, more than the context of %d".formatted(tokens.size(), engine.contextTokens()));
        }
        violations.raise();
        return Labels.of(labels, engine.format(), engine.contextTokens());
    }
}
