package dev.icmlora.generator.task;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import dev.icmlora.llama.ChatMessage;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.Vocabulary;

/// What a model puts around the messages of a chat: its own template or, for a base model that has none, a plain one.
///
/// The plain template knows no control token but the end of the text, which ends an answer:
///
/// ```
/// question
/// Answer:
/// answer<end of text>
///
/// next question
/// Answer:
/// ```
///
/// Usable from any thread.
public final class ChatTemplate {
    /// Stands for the end of the text in what the plain template renders; it is no character of any message.
    private static final String END = "\u0003";

    private static final Pattern AROUND_END = Pattern.compile("(?<=" + END + ")|(?=" + END + ")");
    private static final String BEFORE_ANSWER = "\nAnswer:\n";

    private final Vocabulary vocabulary;
    private final Function<List<ChatMessage>, String> template;

    private ChatTemplate(Vocabulary vocabulary, Function<List<ChatMessage>, String> template) {
        this.vocabulary = vocabulary;
        this.template = template;
    }

    /// The model's own template, or the plain one.
    ///
    /// @throws IllegalArgumentException if the model has no template, and its vocabulary no end of text either
    public static ChatTemplate of(LlamaModel model) {
        return model.chatTemplate().isPresent()
                ? new ChatTemplate(model.vocabulary(), messages -> model.applyChatTemplate(messages, true))
                : plain(model.vocabulary());
    }

    static ChatTemplate plain(Vocabulary vocabulary) {
        if (vocabulary.eos().isEmpty()) {
            throw new IllegalArgumentException(
                    "the model has no chat template, and its vocabulary no token that ends a text");
        }
        return new ChatTemplate(vocabulary, ChatTemplate::plainText);
    }

    private static String plainText(List<ChatMessage> messages) {
        StringBuilder text = new StringBuilder();
        for (ChatMessage message : messages) {
            text.append(
                    message.role().equals("assistant")
                            ? BEFORE_ANSWER + message.content() + END + "\n\n"
                            : message.role().equals("system") ? message.content() + "\n\n" : message.content());
        }
        return text.append(BEFORE_ANSWER).toString();
    }

    /// The chat with all markup, up to where the assistant's next message begins.
    ///
    /// @throws dev.icmlora.ggml.NativeCallException if llama.cpp does not know the model's template
    public String render(List<ChatMessage> messages) {
        return template.apply(messages);
    }

    /// Tokens of a piece of markup, control tokens among them.
    ///
    /// @param markup a part of what was rendered, without any message
    public int[] tokens(String markup) {
        List<int[]> pieces = new ArrayList<>();
        for (String piece : AROUND_END.split(markup)) {
            pieces.add(
                    piece.equals(END) ? new int[] {vocabulary.eos().orElseThrow()} : vocabulary.tokenize(piece, true));
        }
        return pieces.stream().flatMapToInt(IntStream::of).toArray();
    }
}
