package dev.icmlora.function.service;

import java.util.HashMap;
import java.util.List;

import dev.icmlora.function.error.Violations;

/// Rules for labels: texts of which an answer is to be one.
public final class LabelRules {

    /// Labels of a request.
    private static final int MOST = 256;
    /// Characters of a label.
    public static final int CHARACTERS = 200;

    private LabelRules() {}

    /// At least two different texts, and none too long.
    public static void check(List<String> labels, Violations violations) {
        violations.when(
                labels.size() < 2,
                "/labels",
                2,
                labels.size(),
                "has %d entries, fewer than the 2 that make a choice".formatted(labels.size()));
        violations.count("/labels", labels.size(), MOST);
        var places = new HashMap<String, Integer>();
        for (var i = 0; i < Math.min(labels.size(), MOST); i++) {
            var field = "/labels/" + i;
            RequestRules.required(field, labels.get(i), CHARACTERS, violations);
            var before = places.putIfAbsent(labels.get(i), i);
            violations.when(before != null, field, null, labels.get(i), "is the same as /labels/" + before);
        }
    }
}
