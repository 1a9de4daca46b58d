package dev.icmlora.generator.task;

import java.util.List;
import java.util.function.Function;

import dev.icmlora.llama.ChatMessage;
import dev.icmlora.llama.LlamaModel;

/// Renders a chat as a model reads it: by its own template or, for a base model that has none, by a plain one.
///
/// The plain template knows no control token. A blank line ends an answer, as base models know it from running text:
///
/// ```
/// question
/// Answer:
/// answer
///
/// next question
/// Answer:
/// ```
///
/// Usable from any thread.
public final class ChatTemplate {
    /// For models without a template.
    static final ChatTemplate PLAIN = new ChatTemplate(ChatTemplate::plain);

    private static final String BEFORE_ANSWER = "\nAnswer:\n";
    private static final String BLANK_LINE = "\n\n";

    private final Function<List<ChatMessage>, String> template;

    private ChatTemplate(Function<List<ChatMessage>, String> template) {
        this.template = template;
    }

    /// The model's own template, or the plain one.
    public static ChatTemplate of(LlamaModel model) {
        return model.chatTemplate().isPresent()
                ? new ChatTemplate(messages -> model.applyChatTemplate(messages, true))
                : PLAIN;
    }

    private static String plain(List<ChatMessage> messages) {
        StringBuilder text = new StringBuilder();
        for (ChatMessage message : messages) {
            text.append(
                    switch (message.role()) {
                        case "assistant" -> BEFORE_ANSWER + message.content() + BLANK_LINE;
                        case "system" -> message.content() + BLANK_LINE;
                        default -> message.content();
                    });
        }
        return text.append(BEFORE_ANSWER).toString();
    }

    /// The chat with all markup, up to where the assistant's next message begins.
    ///
    /// @throws dev.icmlora.ggml.NativeCallException if llama.cpp does not know the model's template
    public String render(List<ChatMessage> messages) {
        return template.apply(messages);
    }

    /// The text that a chat template puts around turns, without a default system prompt.
    ///
    /// It is learned from the template itself: two turns of marker words are rendered and the text between the
    /// markers is kept, so any template that renders turns one after another works. The text of this record, with
    /// its name, is what [PromptFormat#fingerprint] hashes.
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
                    new ChatMessage("user", FIRST),
                    new ChatMessage("assistant", ANSWER),
                    new ChatMessage("user", SECOND)));
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
}
