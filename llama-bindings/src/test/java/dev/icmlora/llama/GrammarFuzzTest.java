package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.icmlora.Choices;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// Any text is a grammar or is refused, by us or by llama.cpp's parser.
class GrammarFuzzTest {
    private static final Vocabulary VOCABULARY = SharedModel.get().vocabulary();

    @FuzzTest
    void parse(byte[] bytes) {
        try {
            SamplingOptions options = SamplingOptions.GREEDY.withGrammar(new Choices(bytes).text());
            Sampler.create(options, VOCABULARY).close();
        } catch (IllegalArgumentException expected) {
            assertThat(expected).hasMessageContaining("grammar");
        }
    }
}
