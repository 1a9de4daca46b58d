package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.icmlora.Choices;
import dev.icmlora.TestInstallation;

/// Any texts, and any tokens, have vectors of length 1, or are refused before C reads them.
class LlamaEncoderFuzzTest {
    private static final int LONGEST = 64;
    private static final int MOST_TEXTS = 4;
    private static final LlamaModel MODEL;
    private static final LlamaEncoder ENCODER;

    static {
        TestInstallation.loadLibraries();
        MODEL = LlamaModel.load(TestInstallation.encoder());
        ENCODER = LlamaEncoder.create(MODEL, LONGEST, 1);
    }

    @FuzzTest
    void encode(byte[] bytes) {
        Choices choices = new Choices(bytes);
        List<int[]> texts = new ArrayList<>();
        for (int left = choices.below(MOST_TEXTS); left > 0; left--) {
            int[] tokens = new int[choices.mostlyBelow(LONGEST / MOST_TEXTS) & 0xff];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = choices.mostlyBelow(MODEL.vocabulary().size());
            }
            texts.add(tokens);
        }
        texts.add(ENCODER.cut(ENCODER.tokenize(choices.text())));
        assertThat(texts.getLast()).hasSizeBetween(1, LONGEST);

        int all = texts.stream().mapToInt(text -> text.length).sum();
        boolean isRead = all <= LONGEST
                && texts.stream().allMatch(text -> text.length > 0)
                && texts.stream()
                        .flatMapToInt(Arrays::stream)
                        .allMatch(token ->
                                token >= 0 && token < MODEL.vocabulary().size());
        if (!isRead) {
            assertThatIllegalArgumentException().isThrownBy(() -> ENCODER.vectors(texts));
            return;
        }
        List<float[]> vectors = ENCODER.vectors(texts);
        assertThat(vectors).hasSameSizeAs(texts);
        vectors.forEach(vector -> {
            double square = 0;
            for (float number : vector) {
                square += number * number;
            }
            assertThat(square).isCloseTo(1, within(1e-3));
        });
        assertThat(ENCODER.states(texts.getLast())).hasSize(texts.getLast().length);
    }
}
