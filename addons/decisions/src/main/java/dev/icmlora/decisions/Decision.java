package dev.icmlora.decisions;

import java.util.List;
import java.util.stream.IntStream;

import dev.icmlora.function.api.GenerateReply;

/// The answer to a question.
///
/// @param probabilities of the question's options, in their order; 1 together
/// @param id to correct it by; null where no function answered
record Decision(Question question, List<Double> probabilities, String id) {

    Decision {
        if (!probabilities.stream().allMatch(Double::isFinite)) {
            throw new IllegalStateException("a probability is no number");
        }
    }

    /// @param reply to the question's request
    static Decision of(Question question, GenerateReply reply) {
        var probabilities = reply.details().getFirst().probabilities();
        return new Decision(
                question,
                question.labels().stream().map(probabilities::get).toList(),
                reply.ids() == null ? null : reply.ids().getFirst());
    }

    /// The likeliest option; the first one of several.
    Option option() {
        return question.options().get(likeliest());
    }

    /// From 0, where all options are as likely, to 1.
    double confidence() {
        var count = probabilities.size();
        return Math.clamp((count * probabilities.get(likeliest()) - 1) / (count - 1), 0, 1);
    }

    /// The number of the level to be expected, from 0.
    double score() {
        return IntStream.range(0, probabilities.size())
                .mapToDouble(level -> level * probabilities.get(level))
                .sum();
    }

    private int likeliest() {
        return IntStream.range(0, probabilities.size())
                .reduce((best, next) -> probabilities.get(next) > probabilities.get(best) ? next : best)
                .orElseThrow();
    }
}
