package dev.icmlora.engine.worker;

import java.util.List;

import dev.icmlora.engine.request.Spent;

/// The answers to one request, one for each prompt, and what they took.
///
/// @param spent time in which the resident adapter was overwritten for it, of the batches that read its prompts,
/// alone or beside answers, and of those that wrote its answers only; tokens of the prompts, what they all begin
/// with once, those that were read of labels, and those that were written
public record Answers(List<Answer> answers, Spent spent) {

    public Answers {
        answers = List.copyOf(answers);
    }

    public List<String> texts() {
        return answers.stream().map(Answer::text).toList();
    }
}
