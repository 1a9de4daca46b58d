package dev.icmlora.engine.task;

import java.util.Map;
import java.util.OptionalDouble;

import dev.icmlora.engine.auto.ReviewedAnswer;
import dev.icmlora.engine.worker.Answer.Finish;

/// The answer to an input.
///
/// @param confidence 0 to 1
/// @param calibrated whether that is the chance that the text is exactly right; else it is the model's own probability
/// @param labels probability of each label, in their order, or of each span that was considered; empty for other texts
public record TaskAnswer(String text, double confidence, boolean calibrated, Map<String, Double> labels) {

    static TaskAnswer of(ReviewedAnswer reviewed) {
        var answer = reviewed.answer();
        // Nothing was fitted to texts that are cut off.
        var fitted = answer.finish() == Finish.STOP ? reviewed.confidence() : OptionalDouble.empty();
        return new TaskAnswer(
                answer.text(),
                fitted.orElseGet(() -> answer.probability().orElseThrow()),
                fitted.isPresent(),
                answer.labels());
    }
}
