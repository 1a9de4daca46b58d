package dev.icmlora.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.ChatMessage;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.Vocabulary;

/// Whatever texts chats and tasks are made of, they end up in the prompt as they are, and the markup around
/// them is that of a chat with harmless texts.
class ChatFuzzTest {

    private static final String HARMLESS = "x";
    private static final String[] ROLES = {"user", "assistant", "system"};
    private static final LlamaModel MODEL;

    static {
        NativeLibraries.load(Installation.ofThisProcess().nativeDirectory());
        MODEL = LlamaModel.load(Installation.ofThisProcess().model());
    }

    private static final Vocabulary VOCABULARY = MODEL.vocabulary();
    private static final ChatFormat CHATS = new ChatFormat(MODEL, EngineOptions.DEFAULT.contextTokens());
    private static final PromptFormat PROMPTS = PromptFormat.of(MODEL);

    /// Messages are parted by zeros; their lengths choose the roles.
    @FuzzTest
    void render(byte[] bytes) {
        var texts = new String(bytes, StandardCharsets.UTF_8).split("\0", 6);
        var messages = new ArrayList<ChatMessage>();
        var harmless = new ArrayList<ChatMessage>();
        for (var i = 1; i < texts.length; i++) {
            var role = ROLES[texts[i].length() % ROLES.length];
            messages.add(new ChatMessage(role, texts[i]));
            harmless.add(new ChatMessage(role, HARMLESS));
        }
        var description = texts[0].isBlank() ? "" : HARMLESS;
        requireSame(CHATS.tokens(texts[0], messages), CHATS.tokens(description, harmless), List.of(texts));

        var input = texts[texts.length - 1];
        requireSame(
                PROMPTS.query(texts[0], List.of(new Example(input, texts[0])), input)
                        .tokens(),
                PROMPTS.query(description, List.of(new Example(HARMLESS, HARMLESS)), HARMLESS)
                        .tokens(),
                List.of(texts[0], input));
    }

    private static void requireSame(int[] tokens, int[] harmless, List<String> texts) {
        assertThat(markup(tokens)).containsExactly(markup(harmless));
        var text = VOCABULARY.detokenize(tokens);
        texts.stream()
                .skip(1)
                .map(ChatFuzzTest::known)
                .forEach(each -> assertThat(text).contains(each));
    }

    /// Without characters that the vocabulary has no token for.
    private static String known(String text) {
        return VOCABULARY.detokenize(VOCABULARY.tokenize(text, false));
    }

    private static int[] markup(int[] tokens) {
        return Arrays.stream(tokens)
                .filter(token -> VOCABULARY.piece(token).length == 0)
                .toArray();
    }
}
