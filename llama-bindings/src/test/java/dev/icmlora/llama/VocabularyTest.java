package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.TestInstallation;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;

class VocabularyTest {
    private final Vocabulary vocabulary = SharedModel.get().vocabulary();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "hello",
                " two  spaces\n\n\ttab",
                "Grüße ☃ 日本語 👩‍👩‍👧",
                "<|im_start|>user",
                "a\0b",
                "0123456789012345678901234567890123456789"
            })
    void textSurvivesTheRoundTrip(String text) {
        int[] tokens = vocabulary.tokenize(text, false);
        assertThat(vocabulary.detokenize(tokens)).isEqualTo(text);
        ByteArrayOutputStream pieces = new ByteArrayOutputStream();
        for (int token : tokens) {
            pieces.writeBytes(vocabulary.piece(token));
        }
        assertThat(pieces.toString(StandardCharsets.UTF_8)).isEqualTo(text);
    }

    @Test
    void markupBecomesControlTokensOnlyWhenAsked() {
        int[] markup = vocabulary.tokenize("<|im_start|>", true);
        assertThat(markup).hasSize(1);
        assertThat(vocabulary.detokenize(markup)).isEmpty();
        assertThat(vocabulary.piece(markup[0])).isEmpty();
        assertThat(vocabulary.tokenize("<|im_start|>", false)).hasSizeGreaterThan(1);
    }

    @Test
    void longTextIsTokenisedWhole() {
        String text = "lorem ipsum ".repeat(20_000);
        assertThat(vocabulary.detokenize(vocabulary.tokenize(text, false))).isEqualTo(text);
    }

    /// The default model's tokens, but cut into words by a pattern that llama.cpp leaves to `std::regex`.
    private static Path cutByRegex(Path directory) {
        Path path = directory.resolve("tekken.gguf");
        try (GgufFile other = GgufFile.open(TestInstallation.model())) {
            GgufWriter file = new GgufWriter()
                    .string("general.architecture", "llama")
                    .uint32("llama.block_count", 1)
                    .uint32("llama.embedding_length", 32)
                    .uint32("llama.feed_forward_length", 32)
                    .uint32("llama.attention.head_count", 1)
                    .uint32("llama.context_length", 512)
                    .float32("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                    .string("tokenizer.ggml.pre", "tekken");
            other.keys().stream()
                    .filter(key -> key.startsWith("tokenizer.ggml.") && !key.equals("tokenizer.ggml.pre"))
                    .forEach(key -> file.copy(other, key));
            int tokens = other.strings("tokenizer.ggml.tokens").size();
            zeros(file, "token_embd.weight", 32, tokens);
            zeros(file, "output_norm.weight", 32);
            for (String vector : List.of("attn_norm", "ffn_norm")) {
                zeros(file, "blk.0." + vector + ".weight", 32);
            }
            for (String matrix :
                    List.of("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")) {
                zeros(file, "blk.0." + matrix + ".weight", 32, 32);
            }
            file.write(path);
        }
        return path;
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", " ", "7", "word ", "\u6f22", "=", "\0"})
    void aTextThatHasFarTooManyTokensIsToldFromItsBeginning(String part) {
        int most = 64;
        String longest = part.repeat(20_000 / part.length());
        assertThat(vocabulary.exceeds(longest, most)).isTrue();
        for (int length : new int[] {0, 1, most, 8 * most, 16 * most, 64 * most}) {
            String text = longest.substring(0, length);
            if (vocabulary.tokenize(text, false).length <= most) {
                assertThat(vocabulary.exceeds(text, most))
                        .as("%d characters", length)
                        .isFalse();
            }
        }
    }

    private static void zeros(GgufWriter file, String name, long... shape) {
        int elements = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        file.tensor(name, GgmlType.F16, shape, new byte[Short.BYTES * elements]);
    }

    /// Where `std::regex` calls itself for each of its characters, on a thread whose stack is small.
    @Test
    void aWordMayBeAsLongAsATextIs(@TempDir Path directory) throws Exception {
        String word = "A".repeat(100_000);
        try (LlamaModel model = LlamaModel.load(cutByRegex(directory))) {
            Vocabulary other = model.vocabulary();
            List<String> back = new ArrayList<>();
            Thread.startVirtualThread(() -> back.add(other.detokenize(other.tokenize(word, false))))
                    .join();
            assertThat(back).containsExactly(word);
        }
    }

    @Test
    void knowsItsSpecialTokens() {
        assertThat(vocabulary.size()).isEqualTo(49_152);
        int end = vocabulary.tokenize("<|im_end|>", true)[0];
        assertThat(vocabulary.isEndOfGeneration(end)).isTrue();
        assertThat(vocabulary.isEndOfGeneration(vocabulary.tokenize("a", false)[0]))
                .isFalse();
        assertThat(vocabulary.bos()).isPresent();
        assertThat(vocabulary.addsBos()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 49_152, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void foreignTokensAreRefused(int token) {
        assertThatIllegalArgumentException().isThrownBy(() -> vocabulary.detokenize(0, token));
        assertThatIllegalArgumentException().isThrownBy(() -> vocabulary.piece(token));
        assertThatIllegalArgumentException().isThrownBy(() -> vocabulary.isEndOfGeneration(token));
    }
}
