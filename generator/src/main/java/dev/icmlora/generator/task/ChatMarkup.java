package dev.icmlora.generator.task;

import java.util.List;

import dev.icmlora.llama.ChatMessage;

/// The text that a chat template puts around turns, without a default system prompt.
///
/// It is learned from the template itself: two turns of marker words are rendered and the text between the markers is
/// kept, so any template that renders turns one after another works.
///
/// @param userStart before the first user text
/// @param answerStart between a user text and the assistant's answer
/// @param nextUserStart between an answer and the next user text; begins with the end-of-turn token
record ChatMarkup(String userStart, String answerStart, String nextUserStart) {
    private static final String FIRST = "FIRSTQUESTION";
    private static final String ANSWER = "FIRSTANSWER";
    private static final String SECOND = "SECONDQUESTION";

    static ChatMarkup of(ChatTemplate template) {
        String rendered = template.render(List.of(
                new ChatMessage("user", FIRST), new ChatMessage("assistant", ANSWER), new ChatMessage("user", SECOND)));
        int first = rendered.indexOf(FIRST);
        int answer = rendered.indexOf(ANSWER);
        int second = rendered.indexOf(SECOND);
        if (first < 0 || answer < first || second < answer) {
            throw new IllegalArgumentException(
                    "the model's chat template does not render turns one after another: " + rendered);
        }
        return new ChatMarkup(
                rendered.substring(0, first),
                rendered.substring(first + FIRST.length(), answer),
                rendered.substring(answer + ANSWER.length(), second));
    }
}
