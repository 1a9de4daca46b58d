package dev.icmlora.engine.worker;

import java.util.List;

/// What a worker wrote for one request.
///
/// @param answers one per prompt
/// @param promptTokens tokens of the prompts, what they all begin with once, and those that were read of labels
/// @param completionTokens tokens written, those of answers that do not count too
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

    /// Nothing was asked.
    static final Answers NONE = new Answers(List.of(), 0, 0, 0, 0, 0);

    public Answers {
        answers = List.copyOf(answers);
    }

    public List<String> texts() {
        return answers.stream().map(Answer::text).toList();
    }

    /// What these and others took together, one after the other.
    ///
    /// @param counting the answers that count
    public Answers and(Answers others, List<Answer> counting) {
        return new Answers(
                counting,
                promptTokens + others.promptTokens,
                completionTokens + others.completionTokens,
                applyNanos + others.applyNanos,
                promptNanos + others.promptNanos,
                decodeNanos + others.decodeNanos);
    }

    /// What these took, as what was read for others.
    Answers asRead() {
        return new Answers(List.of(), promptTokens, 0, applyNanos, promptNanos, decodeNanos);
    }

    /// The same for a reader of the answers alone, who did not ask for the log-probabilities of their tokens.
    public Answers withoutLogprobs() {
        return new Answers(
                answers.stream().map(Answer::withoutLogprobs).toList(),
                promptTokens,
                completionTokens,
                applyNanos,
                promptNanos,
                decodeNanos);
    }
}
