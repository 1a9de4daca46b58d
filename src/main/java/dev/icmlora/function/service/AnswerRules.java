package dev.icmlora.function.service;

import java.util.HashMap;
import java.util.List;

import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.error.Violations;

/// What a request may say of the form of its answers, as far as that is known without their tokens.
public final class AnswerRules {

    /// Labels of a request.
    private static final int LABELS = 256;
    /// Characters of a label.
    private static final int LABEL_CHARACTERS = 200;

    private AnswerRules() {}

    static void check(GenerateRequest request, Violations violations) {
        if (request.labels() != null) {
            labels(request.labels(), violations);
            violations.when(request.schema() != null, "/schema", null, null, "must not be given beside /labels");
            violations.when(
                    request.temperature() != 0,
                    "/temperature",
                    0,
                    request.temperature(),
                    "must be 0 beside /labels: the likeliest one is taken");
        }
        var isFormed = request.labels() != null || request.schema() != null;
        violations.when(
                isFormed && !request.stop().isEmpty(),
                "/stop",
                0,
                request.stop().size(),
                "must not be given beside /labels or /schema, whose answers end by themselves");
        if (request.abstainBelow() != null) {
            violations.range("/abstain_below", request.abstainBelow(), 0, 1);
        }
    }

    /// What a text may ask for beside labels, of which the likeliest is taken.
    ///
    /// @param logprobs whether it asks for those of its tokens
    public static void besideLabels(int choices, boolean logprobs, List<String> stops, Violations violations) {
        violations.when(choices > 1, "/n", 1, choices, "must be 1 beside labels: the likeliest one is taken");
        violations.when(logprobs, "/logprobs", false, true, "must be false beside labels, which have probabilities");
        violations.when(!stops.isEmpty(), "/stop", 0, stops.size(), "must not be given beside labels");
    }

    /// At least two different texts, and none too long.
    public static void labels(List<String> labels, Violations violations) {
        violations.when(
                labels.size() < 2,
                "/labels",
                2,
                labels.size(),
                "has %d entries, fewer than the 2 that make a choice".formatted(labels.size()));
        violations.count("/labels", labels.size(), LABELS);
        var places = new HashMap<String, Integer>();
        for (var i = 0; i < Math.min(labels.size(), LABELS); i++) {
            var field = "/labels/" + i;
            RequestRules.required(field, labels.get(i), LABEL_CHARACTERS, violations);
            var before = places.putIfAbsent(labels.get(i), i);
            violations.when(before != null, field, null, labels.get(i), "is the same as /labels/" + before);
        }
    }
}
