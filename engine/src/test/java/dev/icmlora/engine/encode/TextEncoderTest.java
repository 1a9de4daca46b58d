package dev.icmlora.engine.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.EngineFiles;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.NativeLibraries;

class TextEncoderTest {

    private static final Path FILE = EngineFiles.installed().encoder().orElseThrow();

    private static TextEncoder encoder;

    @TempDir
    Path folder;

    @BeforeAll
    static void load() {
        NativeLibraries.load(EngineFiles.installed().nativeDirectory());
        encoder = TextEncoder.load(FILE, 2);
    }

    @AfterAll
    static void close() {
        encoder.close();
    }

    private static List<float[]> vectors(List<String> texts) {
        var encoding = encoder.begin(texts);
        while (!encoding.isDone()) {
            encoding.advance(2);
        }
        return encoding.vectors();
    }

    private static double product(float[] one, float[] other) {
        var sum = 0.0;
        for (var i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return sum;
    }

    @Test
    void whatMeansTheSameIsNear() {
        var vectors = vectors(List.of("Where is my refund?", "I want my money back.", "The app closes at once."));

        assertThat(vectors).allSatisfy(vector -> assertThat(vector).hasSize(encoder.width()));
        assertThat(product(vectors.get(0), vectors.get(1))).isGreaterThan(product(vectors.get(0), vectors.get(2)));
        assertThat(encoder.name()).isEqualTo("e5-small-v2.Q8_0");
    }

    @Test
    void shortTextsAreReadTogetherAndAPieceIsBounded() {
        var encoding = encoder.begin(Collections.nCopies(40, "a short text"));
        assertThatIllegalStateException().isThrownBy(encoding::vectors);
        var pieces = 0;
        while (!encoding.isDone()) {
            assertThat(encoding.advance(1)).isBetween(1, 128);
            pieces++;
        }
        assertThat(pieces).isBetween(2, 20);
        assertThat(encoding.vectors()).hasSize(40);
        assertThat(encoder.begin(List.of()).isDone()).isTrue();
    }

    @Test
    void theSameTextsHaveTheSameVectors() {
        var texts = List.of("one", "two words", "and three more words", "", "☃");
        assertThat(vectors(texts)).usingElementComparator(Arrays::compare).isEqualTo(vectors(texts));
    }

    @Test
    void aTextIsCutWhereTheModelEnds() {
        var words = "word ".repeat(3000);
        assertThat(encoder.tokens(words)).isGreaterThan(encoder.longest());
        assertThat(encoder.tokens("word")).isBetween(3, 8);
        assertThat(vectors(List.of(words, "word")).getFirst())
                .isEqualTo(vectors(List.of(words + "another", "word")).getFirst());
    }

    @Test
    void aFileThatIsNoEncoderIsRefusedByName() throws IOException {
        var none = Files.writeString(folder.resolve("none.gguf"), "no GGUF");
        refuses(none, "none.gguf cannot be the encoder (ICM_LORA_ENCODER): ");
        refuses(folder.resolve("gone.gguf"), "gone.gguf");
        var whole = Files.readAllBytes(FILE);
        refuses(Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(whole, whole.length / 2)), "cut.gguf");
        refuses(without("bert.context_length"), "changed.gguf");
        refuses(without("tokenizer.ggml.tokens"), "changed.gguf");
        refuses(with("bert.pooling_type", 4), "has pooling 4");
    }

    private static void refuses(Path file, String why) {
        assertThatExceptionOfType(UnusableEncoderException.class)
                .isThrownBy(() -> TextEncoder.load(file, 1))
                .withMessageContaining(why)
                .withMessageContaining("cannot be the encoder");
    }

    private Path without(String key) {
        return changed(key, new GgufWriter());
    }

    private Path with(String key, int value) {
        return changed(key, new GgufWriter().uint32(key, value));
    }

    private Path changed(String key, GgufWriter writer) {
        var changed = folder.resolve("changed.gguf");
        try (var file = GgufFile.open(FILE)) {
            file.keys().stream().filter(each -> !each.equals(key)).forEach(each -> writer.copy(file, each));
            file.tensors()
                    .forEach(tensor -> writer.tensor(tensor.name(), tensor.type(), tensor.shape(), file.bytes(tensor)));
            writer.write(changed);
        }
        return changed;
    }
}
