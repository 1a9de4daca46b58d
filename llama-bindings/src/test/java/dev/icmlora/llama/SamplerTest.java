package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.llama.Sampler.SamplingOptions;

class SamplerTest {
    private final LlamaModel model = SharedModel.get();
    private final Vocabulary vocabulary = model.vocabulary();
    private final int[] prompt = vocabulary.tokenize("Once upon a time there was a", false);

    private List<Integer> generate(SamplingOptions options, int count) {
        List<Integer> tokens = new ArrayList<>();
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(1));
                Sampler sampler = Sampler.create(options, vocabulary);
                TokenBatch batch = TokenBatch.allocate(prompt.length, 1)) {
            for (int i = 0; i < prompt.length; i++) {
                batch.add(prompt[i], i, 0, i == prompt.length - 1);
            }
            for (int i = 0; i < count; i++) {
                context.decode(batch);
                int token = sampler.sample(context, batch.size() - 1);
                tokens.add(token);
                if (vocabulary.isEndOfGeneration(token)) {
                    break;
                }
                batch.clear();
                batch.add(token, prompt.length + i, 0, true);
            }
        }
        return tokens;
    }

    private String text(List<Integer> tokens) {
        return vocabulary.detokenize(tokens.stream().mapToInt(i -> i).toArray());
    }

    @Test
    void greedyTakesTheMostLikelyToken() {
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(1));
                Sampler sampler = Sampler.create(SamplingOptions.GREEDY, vocabulary);
                TokenBatch batch = SharedModel.batch(prompt)) {
            context.decode(batch);
            int best = SharedModel.argmax(context.logits(prompt.length - 1));
            assertThat(sampler.sample(context, prompt.length - 1)).isEqualTo(best);
            assertThatIllegalArgumentException().isThrownBy(() -> sampler.sample(context, 0));
        }
    }

    @Test
    void aSeedFixesTheDraw() {
        SamplingOptions options = SamplingOptions.GREEDY
                .withTemperature(1.2f)
                .withTopK(50)
                .withTopP(0.95f)
                .withMinP(0.01f)
                .withSeed(7);
        List<Integer> first = generate(options, 12);
        assertThat(generate(options, 12)).isEqualTo(first);
        assertThat(generate(options.withSeed(8), 12)).isNotEqualTo(first);
    }

    @Test
    void penaltiesKeepTokensFromRecurring() {
        List<Integer> tokens = generate(SamplingOptions.GREEDY.withPenalties(1, 0, 100, 64), 20);
        assertThat(tokens).doesNotHaveDuplicates();
    }

    @Test
    void aGrammarShapesTheText() {
        List<Integer> tokens = generate(SamplingOptions.GREEDY.withGrammar("root ::= [0-9] [0-9] \"!\""), 10);
        assertThat(text(tokens)).matches("[0-9]{2}!");
        assertThat(vocabulary.isEndOfGeneration(tokens.getLast())).isTrue();
    }

    @Test
    void samplersWithAGrammarShareTheirContextsRoomForAllTokens() throws IOException {
        SamplingOptions options = SamplingOptions.GREEDY.withGrammar("root ::= [0-9]");
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(1));
                TokenBatch batch = SharedModel.batch(prompt)) {
            context.decode(batch);
            long before = SharedModel.residentBytes();
            for (int i = 0; i < 200; i++) {
                try (Sampler sampler = Sampler.create(options, vocabulary)) {
                    sampler.sample(context, prompt.length - 1);
                }
            }
            long aToken = Integer.BYTES + 2 * Float.BYTES;
            assertThat(SharedModel.residentBytes() - before).isLessThan(50 * vocabulary.size() * aToken);
        }
    }

    @Test
    void onlyBracketsThatGroupCountAsNesting() {
        String literal = "root ::= \"" + "(".repeat(100) + "\" [(((]";
        Sampler.create(SamplingOptions.GREEDY.withGrammar(literal), vocabulary).close();

        String hidden = "root ::= \"" + ")".repeat(100) + "\" " + "(".repeat(100) + "\"a\"" + ")".repeat(100);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SamplingOptions.GREEDY.withGrammar(hidden))
                .withMessageContaining("nests at most");
    }

    @Test
    void aGrammarThatAllowsNothingIsReportedInsteadOfEndingTheProcess() {
        assertThatIllegalStateException()
                .isThrownBy(() -> generate(SamplingOptions.GREEDY.withGrammar("root ::= [^\\x00-\\U0010FFFF]"), 1))
                .withMessageContaining("allows no token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"root :=", "rooot ::= \"a\"", "root ::= missing", "root ::= root \"a\""})
    void aBadGrammarIsRefused(String grammar) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sampler.create(SamplingOptions.GREEDY.withGrammar(grammar), vocabulary));
    }

    @Test
    void optionsOutOfRangeAreRefused() {
        SamplingOptions greedy = SamplingOptions.GREEDY;
        assertThatIllegalArgumentException().isThrownBy(() -> greedy.withTemperature(Float.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> greedy.withTemperature(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> greedy.withTopP(1.5f));
        assertThatIllegalArgumentException().isThrownBy(() -> greedy.withTopK(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> greedy.withPenalties(0, 0, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> greedy.withGrammar(" "));
        assertThatIllegalArgumentException().isThrownBy(() -> greedy.withGrammar("root ::= " + "(".repeat(100)));
    }

    @Test
    void aClosedSamplerRefusesCalls() {
        Sampler sampler = Sampler.create(SamplingOptions.GREEDY, vocabulary);
        sampler.close();
        sampler.close();
        try (LlamaContext context = LlamaContext.create(SharedModel.get(), SharedModel.options(1));
                TokenBatch batch = SharedModel.batch(vocabulary.tokenize("a", false))) {
            context.decode(batch);
            assertThatIllegalStateException()
                    .isThrownBy(() -> sampler.sample(context, 0))
                    .withMessage("this sampler is closed");
        }
    }
}
