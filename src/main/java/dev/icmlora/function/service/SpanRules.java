package dev.icmlora.function.service;

import java.util.List;

import dev.icmlora.engine.worker.Extracting;
import dev.icmlora.engine.worker.Words;
import dev.icmlora.function.api.GenerateReply.Span;
import dev.icmlora.function.api.TaskBody.ExampleBody;
import dev.icmlora.function.error.Violations;

/// Rules for spans: answers that stand word for word in their input.
final class SpanRules {

    /// Words of a span.
    private static final int WORDS = Extracting.MOST_WORDS;

    private SpanRules() {}

    /// Each output stands in its input, or is empty where the input has none.
    static void check(List<ExampleBody> examples, int most, Violations violations) {
        for (var i = 0; i < Math.min(examples.size(), most); i++) {
            var example = examples.get(i);
            if (example != null && example.input() != null && example.output() != null) {
                check("/task/examples/%d/output".formatted(i), example.input(), example.output(), violations);
            }
        }
    }

    private static void check(String field, String input, String output, Violations violations) {
        if (output.isEmpty()) {
            return;
        }
        if (!input.contains(output)) {
            violations.when(true, field, "a piece of the input", output, "does not stand in its input word for word");
            return;
        }
        var words = Words.of(output).size();
        if (words > WORDS) {
            var rule = "has %d words, more than the %d of a span".formatted(words, WORDS);
            violations.when(true, field, WORDS, words, rule);
            return;
        }
        var isWhole = Words.of(input).find(output).isPresent();
        violations.when(
                !isWhole, field, "whole words", output, "begins or ends within a word of its input, or in space");
    }

    /// Where a span first stands; null for an empty one.
    static Span find(String input, String span) {
        var at = span.isEmpty() ? -1 : Words.of(input).find(span).orElseThrow();
        if (at < 0) {
            return null;
        }
        var start = input.codePointCount(0, at);
        return new Span(start, start + span.codePointCount(0, span.length()));
    }
}
