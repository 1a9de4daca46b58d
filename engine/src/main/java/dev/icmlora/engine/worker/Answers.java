package dev.icmlora.engine.worker;

import java.util.List;

/// The answers to one request, with tokens and times.
///
/// @param answers one per prompt
/// @param promptTokens tokens of the prompts, what they all begin with once, and those that were read of labels
/// @param completionTokens tokens written
/// @param applyNanos time in which the resident adapter was overwritten for it
/// @param promptNanos time of the batches that read its prompts, alone or beside answers
/// @param decodeNanos time of the batches that wrote its answers only
public record Answers(
        List<Answer> answers,
        int promptTokens,
        int completionTokens,
        long applyNanos,
        long promptNanos,
        long decodeNanos) {

    public Answers {
        answers = List.copyOf(answers);
    }

    public List<String> texts() {
        return answers.stream().map(Answer::text).toList();
    }
}
