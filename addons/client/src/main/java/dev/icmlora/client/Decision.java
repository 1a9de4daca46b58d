package dev.icmlora.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/// The answer to a question.
///
/// @param value the likeliest option
/// @param probability of the value
/// @param probabilities of all options, in their order; 1 together
/// @param confidence from 0, where all options are as likely, to 1, where one is certain
/// @param score of a question of levels, the level to be expected: 0 is the lowest; else empty
/// @param <O> type of the options
public record Decision<O>(
        O value, double probability, Map<O, Double> probabilities, double confidence, OptionalDouble score) {

    public Decision {
        probabilities = Collections.unmodifiableMap(new LinkedHashMap<>(probabilities));
    }

    /// @param areLevels whether the options are levels, from low to high
    static <O> Decision<O> of(Map<O, Double> probabilities, boolean areLevels) {
        O likeliest = null;
        double most = Double.NEGATIVE_INFINITY;
        double mean = 0;
        int place = 0;
        for (Map.Entry<O, Double> option : probabilities.entrySet()) {
            mean += place * option.getValue();
            place++;
            if (option.getValue() > most) {
                most = option.getValue();
                likeliest = option.getKey();
            }
        }
        double confidence = Math.max(0, Math.min(1, (place * most - 1) / (place - 1)));
        return new Decision<>(
                likeliest,
                most,
                probabilities,
                confidence,
                areLevels ? OptionalDouble.of(mean) : OptionalDouble.empty());
    }
}
