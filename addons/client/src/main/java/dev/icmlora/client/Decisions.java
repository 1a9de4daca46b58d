package dev.icmlora.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// The answers to the questions of a request.
///
/// @param byName in the order of the questions
public record Decisions(Map<String, Decision<?>> byName) {

    public Decisions {
        byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
    }

    /// The answer to a question.
    ///
    /// @param name of the question
    /// @param type of its options: an enum, `String.class` for labels, `Boolean.class` for yes and no
    /// @throws IllegalArgumentException if there is no such question, or its options are of another type
    @SuppressWarnings("unchecked") // all options of a question are of the type of the likeliest
    public <O> Decision<O> of(String name, Class<O> type) {
        Decision<?> decision = byName.get(name);
        if (decision == null) {
            throw new IllegalArgumentException("There is no question '" + name + "' among " + byName.keySet());
        }
        if (!type.isInstance(decision.value())) {
            throw new IllegalArgumentException(
                    "The answer to '" + name + "' is '" + decision.value() + "', which is no " + type.getName());
        }
        return (Decision<O>) decision;
    }
}
