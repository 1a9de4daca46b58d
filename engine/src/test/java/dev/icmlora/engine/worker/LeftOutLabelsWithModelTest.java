package dev.icmlora.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.icmlora.engine.Installation;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.EngineObserver.Observed;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;

/// Labels that are read level by level, against the same labels read whole.
class LeftOutLabelsWithModelTest {

    private static final int SEQUENCES = 4;
    private static final ContextOptions OPTIONS =
            ContextOptions.of(2048, 512).withSequences(SEQUENCES + Labels.BRANCHES);
    private static final List<String> WORDS = List.of(
            "red", "green", "blue", "one", "two", "three", " and", " or", " not", "!", " thing", "s", " of course");

    private static LlamaModel model;
    private static LlamaContext context;
    private static CountingDecoder decoder;
    private static Worker worker;

    @BeforeAll
    static void load() {
        NativeLibraries.load(Installation.ofThisProcess().nativeDirectory());
        model = LlamaModel.load(Installation.ofThisProcess().model(), ModelOptions.DEFAULT);
        context = LlamaContext.create(model, OPTIONS);
        decoder = new CountingDecoder(context);
        worker = new Worker(
                "tested-worker",
                new ContextScheduler(decoder, SEQUENCES, 0, Labels.BRANCHES, 2048),
                new ContextScheduler(decoder, SEQUENCES, 0, Labels.BRANCHES, 2048),
                threads -> {},
                new ThreadShare(1),
                Duration.ZERO);
    }

    @AfterAll
    static void close() {
        worker.close();
        decoder.close();
        context.close();
        model.close();
    }

    private static final class CountingDecoder extends LlamaDecoder {

        private int tokens;

        CountingDecoder(LlamaContext context) {
            super(context);
        }

        @Override
        public int add(Optional<ScaledAdapter> adapter, int token, int position, int[] sequences, boolean output) {
            tokens++;
            return super.add(adapter, token, position, sequences, output);
        }
    }

    /// Both take the same scores. In a batch of another shape, or with other cells of the memory, the model's own
    /// differ
    /// by more than that.
    @Test
    void readLevelByLevelRandomLabelsHaveTheSharesOfTheWholeTree() {
        var random = new Random(26);
        var leftOut = 0;
        for (var i = 0; i < 8; i++) {
            var drawn = drawn(random);
            var tree = drawn.labels.tree();
            var scores = scores(drawn.prompt, tree);

            var search = new LabelSearch(tree, drawn.texts.size());
            var read = 0;
            for (var due = search.due(); !due.isEmpty(); due = search.due()) {
                due.forEach(node -> search.read(node, scores[node]));
                read += due.size();
            }

            var whole = shares(tree, scores, drawn.texts.size());
            assertThat(search.shares()).containsExactly(whole, within(1e-3));
            assertThat(whole[search.likeliest()])
                    .isEqualTo(Arrays.stream(whole).max().orElseThrow());
            leftOut += tree.size() - read;
        }
        assertThat(leftOut).isPositive();
    }

    /// As above, up to the model's rounding.
    @Test
    void whatIsDecodedIsTheSameTree() {
        var random = new Random(27);
        for (var i = 0; i < 3; i++) {
            var drawn = drawn(random);

            var answers = answers(List.of(drawn.prompt, prompt("Count: one, two,")), drawn.labels);

            var whole = shares(drawn.labels.tree(), scores(drawn.prompt, drawn.labels.tree()), drawn.texts.size());
            assertThat(answers.getFirst().labels().values().stream()
                            .mapToDouble(share -> share)
                            .toArray())
                    .containsExactly(whole, within(0.1));
        }
    }

    private record Drawn(int[] prompt, List<String> texts, Labels labels) {}

    private static Drawn drawn(Random random) {
        var texts = Stream.generate(() -> text(random))
                .distinct()
                .limit(2 + random.nextInt(16))
                .toList();
        var prompts = List.of("Say " + texts.getLast() + ". You say:", "Colours: " + texts.getFirst() + ",", "Count:");
        return new Drawn(prompt(prompts.get(random.nextInt(3))), texts, labels(texts));
    }

    private static Labels labels(List<String> texts) {
        // The end of the line ends an answer.
        return Labels.of(
                texts, texts.stream().map(text -> prompt(" " + text + "\n")).toList(), 64);
    }

    private static String text(Random random) {
        return Stream.generate(() -> WORDS.get(random.nextInt(WORDS.size())))
                .limit(1 + random.nextInt(4))
                .reduce("", String::concat)
                .strip();
    }

    @Test
    void aClearPromptLeavesMostLabelsOut() {
        var texts = new ArrayList<String>();
        for (var first : List.of("apple", "dog", "Monday", "seven", "music", "river", "yellow", "Paris")) {
            for (var second : List.of(" tree", " number", " and more", " thing")) {
                texts.add(first + second);
            }
        }
        var labels = labels(texts);
        var prompt = prompt("seven number, seven number, seven number, seven number, seven number, seven number,");
        var before = decoder.tokens;

        var answer = answers(List.of(prompt), labels).getFirst();

        assertThat(answer.text()).isEqualTo("seven number");
        assertThat(decoder.tokens - before - prompt.length).isLessThan(labels.allTokens() / 3);
        assertThat(answer.labels().values())
                .allSatisfy(share -> assertThat(share).isPositive());
    }

    private static List<Answer> answers(List<int[]> prompts, Labels labels) {
        return worker.decode(
                        Optional.empty(),
                        prompts,
                        new Choosing(labels, AnswerListener.NONE, ""),
                        new Cancellation(),
                        Observed.NOTHING)
                .join()
                .answers();
    }

    /// What the model gives the tokens that follow each node.
    private static double[][] scores(int[] prompt, LabelTree tree) {
        try (var fresh = LlamaContext.create(model, OPTIONS);
                var alone = new LlamaDecoder(fresh)) {
            var scores = new double[tree.size()][];
            var last = decode(alone, prompt, 0, 0);
            scores[LabelTree.ROOT] = alone.logprobs(tree.following(LabelTree.ROOT), last);
            for (var node = 1; node < tree.size(); node++) {
                var way = IntStream.iterate(node, each -> each != LabelTree.ROOT, tree::parent)
                        .map(tree::token)
                        .boxed()
                        .toList()
                        .reversed();
                alone.copy(0, 1, prompt.length);
                last = decode(alone, way.stream().mapToInt(token -> token).toArray(), prompt.length, 1);
                scores[node] = alone.logprobs(tree.following(node), last);
                alone.remove(1);
            }
            return scores;
        }
    }

    private static int decode(LlamaDecoder decoder, int[] tokens, int position, int sequence) {
        decoder.begin();
        var last = 0;
        for (var i = 0; i < tokens.length; i++) {
            last = decoder.add(Optional.empty(), tokens[i], position + i, new int[] {sequence}, i == tokens.length - 1);
        }
        decoder.decode();
        return last;
    }

    private static double[] shares(LabelTree tree, double[][] scores, int labels) {
        var ofNodes = new double[tree.size()];
        var ofLabels = new double[labels];
        for (var node = 0; node < tree.size(); node++) {
            tree.score(node, scores[node], ofNodes, ofLabels);
        }
        var weights = Arrays.stream(ofLabels).map(Math::exp).toArray();
        var sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    private static int[] prompt(String text) {
        return model.vocabulary().tokenize(text, false);
    }
}
