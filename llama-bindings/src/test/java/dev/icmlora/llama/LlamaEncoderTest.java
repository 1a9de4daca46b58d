package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.icmlora.TestInstallation;

class LlamaEncoderTest {
    private static LlamaModel model;
    private static LlamaEncoder encoder;

    @BeforeAll
    static void load() {
        TestInstallation.loadLibraries();
        model = LlamaModel.load(TestInstallation.encoder());
        encoder = LlamaEncoder.create(model, 4096, 2);
    }

    @AfterAll
    static void close() {
        encoder.close();
        model.close();
    }

    /// A text, and the vector that ONNX Runtime gives it (`conformance/encoder_vectors.py`).
    record Reference(String text, float[] vector) {
        static Reference of(String line) {
            String[] columns = line.split("\t", -1);
            float[] vector = new float[384];
            ByteBuffer shorts = ByteBuffer.wrap(Base64.getDecoder().decode(columns[2]));
            for (int i = 0; i < vector.length; i++) {
                vector[i] = shorts.getShort() / 32767f;
            }
            return new Reference(columns[1].repeat(Integer.parseInt(columns[0])), vector);
        }

        @Override
        public String toString() {
            return text.length() > 30 ? text.substring(0, 30) + "…" : text;
        }
    }

    static Stream<Reference> references() {
        try (var in = LlamaEncoderTest.class.getResourceAsStream("encoder-vectors.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().map(Reference::of).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static float[] vector(String text) {
        return encoder.vectors(List.of(encoder.cut(encoder.tokenize(text)))).getFirst();
    }

    @ParameterizedTest
    @MethodSource("references")
    void vectorsAreThoseOfTheReference(Reference reference) {
        assertThat(SharedModel.cosine(vector(reference.text), reference.vector)).isGreaterThan(0.999);
    }

    @Test
    void knowsItsSizesAndPrefix() {
        assertThat(encoder.width()).isEqualTo(384);
        assertThat(encoder.longest()).isEqualTo(512);
        assertThat(encoder.prefix()).isEqualTo("query: ");
        assertThat(encoder.tokenize("")).hasSizeGreaterThan(2);
    }

    @Test
    void markupInATextIsText() {
        int end = encoder.tokenize("")[encoder.tokenize("").length - 1];
        assertThat(encoder.tokenize("one [SEP] two")).containsOnlyOnce(end);
    }

    @Test
    void textsThatAreReadTogetherDoNotSeeEachOther() {
        List<int[]> texts = Stream.of("Where is my refund?", "The page stays white.", "a", "")
                .map(encoder::tokenize)
                .toList();
        List<float[]> together = encoder.vectors(texts);
        for (int i = 0; i < texts.size(); i++) {
            float[] alone = encoder.vectors(List.of(texts.get(i))).getFirst();
            assertThat(SharedModel.cosine(together.get(i), alone)).isGreaterThan(0.9999);
            assertThat(SharedModel.cosine(alone, alone)).isCloseTo(1, within(1e-6));
        }
        List<float[]> again = encoder.vectors(texts);
        assertThat(again).usingElementComparator(Arrays::compare).isEqualTo(together);
    }

    @Test
    void theVectorIsTheMeanOfTheStates() {
        int[] tokens = encoder.tokenize("Where is my refund?");
        List<float[]> states = encoder.states(tokens);
        assertThat(states).hasSize(tokens.length);
        float[] mean = new float[encoder.width()];
        states.forEach(state -> IntStream.range(0, mean.length).forEach(i -> mean[i] += state[i]));
        assertThat(SharedModel.cosine(mean, encoder.vectors(List.of(tokens)).getFirst()))
                .isGreaterThan(0.999999);
    }

    @Test
    void aLongTextIsCutAtATokenAndEndsAsTextsDo() {
        int[] tokens = encoder.tokenize("word ".repeat(10_000));
        assertThat(tokens.length).isGreaterThan(10_000);
        int[] cut = encoder.cut(tokens);
        assertThat(cut).hasSize(512).endsWith(tokens[tokens.length - 1]).startsWith(Arrays.copyOf(tokens, 511));
        assertThat(vector("x".repeat(100_000))).doesNotContain(Float.NaN);
    }

    @Test
    void whatWouldEndTheProcessIsRefused() {
        int[] text = encoder.tokenize("word");
        List<List<int[]>> refused = List.of(
                List.of(),
                List.of(new int[0]),
                List.of(text, new int[0]),
                List.of(encoder.tokenize("word ".repeat(600))),
                new ArrayList<>(Collections.nCopies(300, text)),
                List.of(new int[] {-1}),
                List.of(new int[] {model.vocabulary().size()}));
        refused.forEach(texts -> assertThatIllegalArgumentException().isThrownBy(() -> encoder.vectors(texts)));
        assertThat(vector("word")).hasSize(384);
    }

    @Test
    void aModelThatWritesGivesVectorsToo() {
        try (LlamaEncoder other = LlamaEncoder.create(SharedModel.get(), 128, 2)) {
            int[] cat = other.tokenize("The cat sleeps on the sofa.");
            int[] kitten = other.tokenize("A kitten naps on the couch.");
            List<float[]> together = other.vectors(List.of(cat, kitten));
            assertThat(together.getFirst()).hasSize(SharedModel.get().hiddenSize());
            assertThat(SharedModel.cosine(
                            together.getLast(), other.vectors(List.of(kitten)).getFirst()))
                    .isGreaterThan(0.999);
        }
    }

    @Test
    void isRefusedAfterClosing() {
        LlamaEncoder closed = LlamaEncoder.create(model, 64, 1);
        closed.close();
        closed.close();
        assertThatIllegalStateException().isThrownBy(() -> closed.vectors(List.of(new int[] {1})));
    }
}
