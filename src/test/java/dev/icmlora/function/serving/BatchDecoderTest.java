package dev.icmlora.function.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.error.CancelledException;
import dev.icmlora.generator.Installation;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;
import dev.icmlora.llama.SamplingOptions;

/// With the real model.
class BatchDecoderTest {

    private static final int CONTEXT = 512;
    private static final int SEQUENCES = 4;
    private static final int BATCH = 64;
    private static final Decoding GREEDY = new Decoding(SamplingOptions.GREEDY, 12, List.of());

    private static LlamaModel model;
    private static LlamaContext context;
    private static BatchDecoder decoder;

    @BeforeAll
    static void load() {
        NativeLibraries.load(Installation.ofThisProcess().nativeDirectory());
        model = LlamaModel.load(Installation.ofThisProcess().model(), ModelOptions.DEFAULT);
        context = LlamaContext.create(model, new ContextOptions(CONTEXT, BATCH, BATCH, SEQUENCES + 1, 1, false, true));
        decoder = new BatchDecoder(context, model.vocabulary(), SEQUENCES, CONTEXT, BATCH);
    }

    @AfterAll
    static void close() {
        decoder.close();
        context.close();
        model.close();
    }

    /// The beginnings are compared: a product over more rows is summed in another order, so two tokens that are all
    /// but equally likely may change places later on.
    @Test
    void answersManyPromptsAsItAnswersEachAlone() {
        var prompts = IntStream.range(1, 12)
                .mapToObj(i -> prompt("What is " + i + " plus " + i + "?"))
                .toList();
        var alone = prompts.stream()
                .map(prompt -> decode(GREEDY, prompt).texts().getFirst())
                .toList();

        var together = decoder.decode(prompts, GREEDY, new Cancellation());

        assertThat(together.texts()).zipSatisfy(alone, (a, b) -> assertThat(a).startsWith(b.substring(0, 5)));
        assertThat(together.completionTokens()).isBetween(11, 11 * 12);
        assertThat(decoder.decode(prompts, GREEDY, new Cancellation()).texts()).isEqualTo(together.texts());
    }

    @Test
    void readsWhatAllPromptsBeginWithOnce() {
        var a = prompt("Tell me about the city of Paris");
        var b = prompt("Tell me about the city of Rome");
        var own = decode(GREEDY, a).promptTokens() + decode(GREEDY, b).promptTokens();

        assertThat(decode(GREEDY, a, b).promptTokens()).isLessThan(own - 6);
        assertThat(decode(GREEDY, a, a).promptTokens()).isEqualTo(a.length + 1);
    }

    @Test
    void promptsThatDoNotFitTogetherWait() {
        var longest = new Decoding(SamplingOptions.GREEDY, CONTEXT / 2, List.of("."));
        var prompts =
                IntStream.range(0, 5).mapToObj(i -> prompt("Count from " + i)).toList();

        assertThat(decoder.decode(prompts, longest, new Cancellation()).texts())
                .hasSize(5)
                .doesNotContainNull();
    }

    @Test
    void aPromptLongerThanABatchIsReadInSteps() {
        var text = prompt("word ".repeat(3 * BATCH) + "What did I write?");

        assertThat(text).hasSizeGreaterThan(3 * BATCH);
        assertThat(decode(GREEDY, text).promptTokens()).isEqualTo(text.length);
    }

    @Test
    void forgetsTheRequestBefore() {
        var question = prompt("What is my name?");
        var fresh = decode(GREEDY, question).texts();

        decode(GREEDY, prompt("My name is Ada. What is my name?"));

        assertThat(decode(GREEDY, question).texts()).isEqualTo(fresh);
    }

    @Test
    void endsAtAStopString() {
        var whole = decode(GREEDY, prompt("Count to five.")).texts().getFirst();
        var stopped = new Decoding(SamplingOptions.GREEDY, 12, List.of(whole.substring(3, 5)));

        assertThat(decode(stopped, prompt("Count to five.")).texts()).containsExactly(whole.substring(0, 3));
    }

    @Test
    void inputsSampleApartAndRepeatably() {
        var sampling = new Decoding(SamplingOptions.GREEDY.withTemperature(1.5f).withSeed(3), 12, List.of());
        var prompt = prompt("Tell me a story");

        var texts = decode(sampling, prompt, prompt, prompt).texts();

        assertThat(texts).doesNotHaveDuplicates();
        assertThat(decode(sampling, prompt, prompt, prompt).texts()).isEqualTo(texts);
    }

    @Test
    void cancelledWorkStopsAndLeavesTheContextUsable() {
        var expected = decode(GREEDY, prompt("Hello")).texts();
        var cancellation = new Cancellation();
        cancellation.request();

        assertThatThrownBy(() -> decoder.decode(List.of(prompt("Hello")), GREEDY, cancellation))
                .isInstanceOf(CancelledException.class);

        assertThat(decode(GREEDY, prompt("Hello")).texts()).isEqualTo(expected);
    }

    private static int[] prompt(String input) {
        return PromptFormat.of(model).query("", List.of(), input).tokens();
    }

    private static Answers decode(Decoding decoding, int[]... prompts) {
        return decoder.decode(List.of(prompts), decoding, new Cancellation());
    }
}
