package dev.icmlora.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.generator.task.PromptFormat.ChatTemplate;
import dev.icmlora.llama.ChatMessage;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.Vocabulary;

/// Chats in the model's own template, or in the plain one if it has none. Usable from any thread.
///
/// Marker words are rendered in place of the messages, and the messages put between the markup afterwards:
/// so nothing that a client wrote becomes a control token, and a text has the same tokens as in
/// [PromptFormat], token for token.
///
/// @see dev.icmlora.generator.task.PromptFormat
public final class ChatFormat {

    private final Vocabulary vocabulary;
    private final ChatTemplate template;
    private final int[] lineBreak;
    private final int contextTokens;

    /// @param contextTokens that a chat may have
    ChatFormat(LlamaModel model, int contextTokens) {
        this.contextTokens = contextTokens;
        this.vocabulary = model.vocabulary();
        this.template = ChatTemplate.of(model);
        this.lineBreak = vocabulary.tokenize("\n", false);
    }

    /// A prompt that ends where the assistant's next message begins.
    ///
    /// @param description what an adapter's task is, as it stands before the first message of a user; blank
    /// for none. A chat with a system message says itself what to do, and stays as it is
    /// @throws UnusableInputException if the template has no place for a message, or they are too long together
    public int[] tokens(String description, List<ChatMessage> messages) {
        var describes = !description.isBlank()
                && messages.stream().noneMatch(m -> m.role().equals("system"));
        var firstOfUser = describes
                ? IntStream.range(0, messages.size())
                        .filter(i -> messages.get(i).role().equals("user"))
                        .findFirst()
                        .orElse(-1)
                : -1;
        var pieces = new ArrayList<int[]>();
        if (vocabulary.addsBos()) {
            pieces.add(new int[] {vocabulary.bos().orElseThrow()});
        }
        // Each message has a token of markup at least.
        requireFit(messages.size());
        var rendered = render(messages);
        var from = 0;
        var count = 0;
        for (var i = 0; i < messages.size(); i++) {
            var at = rendered.indexOf(marker(i), from);
            if (at < 0) {
                throw new UnusableInputException(
                        "messages/" + i,
                        null,
                        messages.get(i).role(),
                        "the model's chat template has no place for message " + i);
            }
            pieces.add(vocabulary.tokenize(rendered.substring(from, at), true));
            if (i == firstOfUser) {
                pieces.add(vocabulary.tokenize(description, false));
                pieces.add(lineBreak);
                pieces.add(lineBreak);
            }
            var content = vocabulary.tokenize(messages.get(i).content(), false);
            pieces.add(content);
            count += content.length;
            requireFit(count);
            from = at + marker(i).length();
        }
        pieces.add(vocabulary.tokenize(rendered.substring(from), true));
        return pieces.stream().flatMapToInt(Arrays::stream).toArray();
    }

    private void requireFit(int tokens) {
        if (tokens > contextTokens) {
            throw new UnusableInputException(
                    "messages",
                    contextTokens,
                    tokens,
                    "/messages has %d tokens and more, beyond the context of %d".formatted(tokens, contextTokens));
        }
    }

    private String render(List<ChatMessage> messages) {
        var marked = IntStream.range(0, messages.size())
                .mapToObj(i -> new ChatMessage(messages.get(i).role(), marker(i)))
                .toList();
        return template.render(marked);
    }

    private static String marker(int index) {
        return "MESSAGE-" + index + "-TEXT";
    }

    /// A text as it is.
    public int[] tokens(String text) {
        var tokens = vocabulary.tokenize(text, false);
        if (!vocabulary.addsBos()) {
            return tokens;
        }
        return IntStream.concat(IntStream.of(vocabulary.bos().orElseThrow()), Arrays.stream(tokens))
                .toArray();
    }
}
