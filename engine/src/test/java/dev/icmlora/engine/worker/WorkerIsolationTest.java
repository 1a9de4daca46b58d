package dev.icmlora.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.icmlora.engine.Installation;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.request.EngineObserver.Observed;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.worker.Worker.Answers;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.LowRankUpdate;
import dev.icmlora.generator.adapter.ResidentShape;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.AdapterBank;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ResidentAdapter;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// Hostile neighbours in a worker change nothing of an answer, and leave nothing behind.
///
/// What else is in a batch changes the last bits of a sum, and so does where in the memory a sequence's cells
/// lie. One worker here leaves neither to chance: every request has an adapter of its own, so that its batches
/// hold nobody else, and every sequence has a memory of its own. There answers are equal byte for byte, however
/// they were drawn. The other worker is as in production, with shared batches, a shared memory and kept
/// prompts. There probabilities agree up to rounding, and a greedy choice differs only where the two tokens
/// were all but equally likely.
@Tag("slow")
class WorkerIsolationTest {

    private static final int SEQUENCES = 3;
    private static final int KEPT = 4;
    private static final int TOKENS = 10;
    private static final int BATCH = 64;
    private static final int CONTEXT = 2048;
    private static final int NARROW = 256;
    private static final double ROUNDING = 0.1;
    /// Of texts of some hundred tokens, which are read in several batches.
    private static final double LONG_ROUNDING = 0.3;
    private static final AnswerListener NOBODY = AnswerListener.NONE;

    private static final List<AutoCloseable> handles = new ArrayList<>();
    private static LlamaModel model;
    private static ResidentShape shape;
    private static List<Adapter> adapters;
    private static Bench apart;
    private static Bench shared;
    /// As `shared`, with a memory that answers soon fill.
    private static Bench narrow;

    /// A worker and the contexts that it writes with.
    private record Bench(Worker worker, LlamaContext base, LlamaContext adapted) {}

    private record Request(Optional<ScaledAdapter> adapter, Decoding decoding, int[] prompt) {}

    @BeforeAll
    static void load() {
        NativeLibraries.load(Installation.ofThisProcess().nativeDirectory());
        model = owned(LlamaModel.load(Installation.ofThisProcess().model()));
        var file = GeneratorFile.read(Installation.ofThisProcess().generator());
        try (var backend = Backend.cpu(1);
                var generator = Generator.load(file, backend)) {
            shape = generator.shape();
            var latent = new float[file.manifest().architecture().latent()];
            var other = latent.clone();
            Arrays.fill(other, 1);
            adapters = List.of(generator.generate(latent, 1), generator.generate(other, 1));
        }
        apart = bench(false, CONTEXT);
        shared = bench(true, CONTEXT);
        narrow = bench(true, NARROW);
    }

    private static Bench bench(boolean production, int cells) {
        var kept = production ? KEPT : 0;
        var options = ContextOptions.of(cells, BATCH)
                .withSequences(ContextScheduler.sequences(SEQUENCES, kept, 0))
                .withUnifiedKv(production);
        var first = adapters.getFirst();
        var bank = owned(AdapterBank.create(model, first.gguf(), 2));
        var resident = owned(ResidentAdapter.create(model, first.gguf()));
        var base = owned(LlamaContext.create(model, options));
        var adapted = owned(bank.context(options));
        resident.attach(adapted, 1);
        var loraSlots = production ? Optional.of(bank) : Optional.<AdapterBank>empty();
        var worker = new Worker(
                production ? "shared-worker" : "apart-worker",
                new ContextScheduler(owned(new LlamaDecoder(base, Optional.empty())), SEQUENCES, kept, 0, cells),
                new ContextScheduler(
                        owned(new LlamaDecoder(
                                adapted,
                                Optional.of(
                                        new AppliedAdapters(adapted, resident, loraSlots, first, Optional.empty())))),
                        SEQUENCES,
                        kept,
                        0,
                        cells),
                threads -> {},
                new ThreadShare(1),
                Duration.ZERO,
                System::nanoTime);
        return new Bench(owned(worker), base, adapted);
    }

    private static <T extends AutoCloseable> T owned(T handle) {
        handles.add(handle);
        return handle;
    }

    @AfterAll
    static void close() throws Exception {
        for (var handle : handles.reversed()) {
            handle.close();
        }
    }

    /// Prompts that are kept for later requests have sequences of their own, which are not asked for here.
    @AfterEach
    void nothingIsLeftInTheMemory() {
        for (var bench : List.of(apart, shared, narrow)) {
            var left = bench.worker
                    .run(
                            () -> IntStream.range(0, 2 * SEQUENCES)
                                    .map(i -> Math.max(bench.base.lastPosition(i), bench.adapted.lastPosition(i)))
                                    .max()
                                    .orElseThrow(),
                            new Cancellation())
                    .join();
            assertThat(left).isEqualTo(-1);
        }
    }

    @Test
    void interleavedAnswersAreTheSameByteForByte() {
        interleave(() -> List.of());
    }

    @Test
    void neighboursThatLeaveChangeNothing() {
        interleave(() ->
                IntStream.range(0, 3).mapToObj(WorkerIsolationTest::leaving).toList());
    }

    @Test
    void neighboursThatFailChangeNothing() {
        interleave(() -> List.of(withoutAnyToken(), withoutGrammar(), withHugeWeights()));
    }

    /// @param failure what becomes of it
    private record Neighbour(CompletableFuture<Answers> answers, Class<? extends Throwable> failure) {}

    private static void interleave(Supplier<List<Neighbour>> neighbours) {
        var requests = requests();
        Map<Request, List<String>> alone = new LinkedHashMap<>();
        requests.forEach(
                request -> alone.put(request, write(apart, request).join().texts()));
        assertThat(alone.values()).doesNotHaveDuplicates();
        var order = new ArrayList<>(requests);
        for (var round = 0; round < 2; round++) {
            Collections.shuffle(order, new Random(round));
            var others = neighbours.get();
            Map<Request, CompletableFuture<Answers>> together = new LinkedHashMap<>();
            order.forEach(request -> together.put(request, write(apart, request)));
            together.forEach(
                    (request, answers) -> assertThat(answers.join().texts()).isEqualTo(alone.get(request)));
            others.forEach(other -> assertThatThrownBy(other.answers::join).hasCauseInstanceOf(other.failure));
        }
    }

    /// Each with an adapter of its own.
    private static List<Request> requests() {
        var greedy = SamplingOptions.GREEDY;
        var red = adapters.getFirst();
        var green = adapters.getLast();
        return List.of(
                request(Optional.empty(), greedy.withPenalties(1.3f, 0, 0, 64), "Name a city."),
                request(adapter(red, 1), greedy, "Name a city."),
                request(adapter(green, 1), greedy.withTemperature(1.5f).withSeed(3), "Name a city."),
                request(adapter(red, 2), greedy.withGrammar("root ::= [a-z]+"), "Name a city."),
                request(
                        adapter(green, 0.5f),
                        greedy.withTemperature(1).withTopK(40).withSeed(8),
                        "Name a city."));
    }

    private static Optional<ScaledAdapter> adapter(Adapter adapter, float scale) {
        return Optional.of(new ScaledAdapter(adapter, scale));
    }

    private static Request request(Optional<ScaledAdapter> adapter, SamplingOptions sampling, String question) {
        return new Request(adapter, decoding(sampling, NOBODY), prompt(question));
    }

    private static Decoding decoding(SamplingOptions sampling, AnswerListener listener) {
        return new Decoding(sampling, TOKENS, List.of(), OptionalInt.of(2), true, listener);
    }

    private static int[] prompt(String question) {
        return PromptFormat.of(model).query("", List.of(), question).tokens();
    }

    private static CompletableFuture<Answers> write(Bench bench, Request request) {
        return bench.worker.decode(
                request.adapter, List.of(request.prompt), request.decoding, new Cancellation(), Observed.NOTHING);
    }

    /// Gone after its first token, as a client that leaves, or whose deadline has passed.
    private static Neighbour leaving(int number) {
        var cancellation = new Cancellation();
        AnswerListener leaves = (answer, delta) -> cancellation.request();
        var sampling = SamplingOptions.GREEDY.withTemperature(2).withSeed(number);
        var answers = apart.worker.decode(
                adapter(adapters.get(number % 2), 3 + number),
                List.of(prompt("Tell me a story.")),
                decoding(sampling, leaves),
                cancellation,
                Observed.NOTHING);
        return new Neighbour(answers, CancelledException.class);
    }

    private static Neighbour failing(
            Optional<ScaledAdapter> adapter, SamplingOptions sampling, Class<? extends Throwable> failure) {
        return new Neighbour(write(apart, request(adapter, sampling, "Tell me a story.")), failure);
    }

    private static Neighbour withoutAnyToken() {
        var sampling = SamplingOptions.GREEDY.withGrammar("root ::= [^\\x00-\\U0010FFFF]");
        return failing(adapter(adapters.getFirst(), 3), sampling, IllegalStateException.class);
    }

    private static Neighbour withoutGrammar() {
        var sampling = SamplingOptions.GREEDY.withGrammar("root ::= missing");
        return failing(adapter(adapters.getLast(), 3), sampling, IllegalArgumentException.class);
    }

    private static Neighbour withHugeWeights() {
        return failing(hugeWeights(), SamplingOptions.GREEDY.withTemperature(1), UnusableInputException.class);
    }

    /// All of them finite, and their products are not.
    private static Optional<ScaledAdapter> hugeWeights() {
        var updates = shape.layout().targets().stream()
                .map(target -> {
                    var a = new float[target.in()];
                    var b = new float[target.out()];
                    Arrays.fill(a, 60_000);
                    Arrays.fill(b, 60_000);
                    var factor = shape.layout().alpha() / shape.layout().rank();
                    return new LowRankUpdate(0, target.module(), 1, target.in(), target.out(), factor, a, b);
                })
                .toList();
        return adapter(shape.fit(updates), 1);
    }

    /// Attention to a block of the memory is not finite where one cell of it is not, whosever that is. The second
    /// round finds the memory as the first one left it.
    @Test
    void scoresThatAreNotFiniteFailOneRequestOnly() {
        var huge = hugeWeights();
        for (var round = 0; round < 2; round++) {
            var story = "Tell me a story of a fox and a crow, round %d. "
                    .formatted(round)
                    .repeat(6);
            var requests = Stream.of(adapters.getFirst(), adapters.getLast())
                    .map(each -> request(adapter(each, 1), SamplingOptions.GREEDY, story))
                    .toList();
            var together =
                    requests.stream().map(request -> write(shared, request)).toList();
            var several = Stream.of("First: ", "Then: ", "At last: ")
                    .map(each -> prompt(each + story))
                    .toList();
            var ofSeveral = shared.worker.decode(
                    requests.getFirst().adapter,
                    several,
                    requests.getFirst().decoding,
                    new Cancellation(),
                    Observed.NOTHING);
            var failing = write(shared, request(huge, SamplingOptions.GREEDY, story));
            var adapter = requests.getFirst().adapter;
            var later = write(shared, request(adapter, SamplingOptions.GREEDY, story + "And then?"));
            assertThatThrownBy(failing::join).hasCauseInstanceOf(UnusableInputException.class);
            for (var i = 0; i < requests.size(); i++) {
                requireSameUpTo(
                        LONG_ROUNDING,
                        write(apart, requests.get(i)).join().answers().getFirst(),
                        together.get(i).join().answers().getFirst());
            }
            later.join();
            assertThat(ofSeveral.join().texts()).hasSize(several.size());
        }
    }

    /// What its sampler remembers goes with a text that gives way to others: it goes on in its grammar where it was.
    @Test
    void answersThatGaveWayAreWhatTheyAreAlone() {
        var counting = SamplingOptions.GREEDY.withGrammar("root ::= (\"one \" \"two \" \"three \" \"four \")+");
        var free = filling(SamplingOptions.GREEDY);
        var requests = Stream.of("Tell me a story.", "Name all cities.")
                .map(question -> new Request(adapter(adapters.getFirst(), 1), free, prompt(question)))
                .toList();
        var alone = requests.stream()
                .map(request -> write(shared, request).join().answers().getFirst())
                .toList();

        var together = requests.stream().map(request -> write(narrow, request)).toList();
        var counted = Stream.of("Count.", "Count to four.")
                .map(question -> new Request(adapter(adapters.getLast(), 1), filling(counting), prompt(question)))
                .map(request -> write(narrow, request))
                .toList();

        for (var i = 0; i < requests.size(); i++) {
            requireSameUpTo(
                    LONG_ROUNDING,
                    alone.get(i),
                    together.get(i).join().answers().getFirst());
        }
        assertThat(counted)
                .allSatisfy(each -> assertThat("one two three four ".repeat(NARROW))
                        .startsWith(each.join().texts().getFirst()));
    }

    /// Four of them do not fit into the narrow memory together.
    private static Decoding filling(SamplingOptions sampling) {
        return new Decoding(sampling, 75, List.of(), OptionalInt.of(2), true, NOBODY);
    }

    /// In one batch with others and beside their cells; prompts begin alike, so that they are kept and copied.
    @Test
    void sharedBatchesChangeNoMoreThanRounding() {
        var questions = List.of("Name a city.", "Name a colour.", "Count to five.");
        var all = new ArrayList<Request>();
        for (var adapter : List.of(
                Optional.<ScaledAdapter>empty(), adapter(adapters.getFirst(), 1), adapter(adapters.getLast(), 1))) {
            questions.forEach(question -> all.add(request(adapter, SamplingOptions.GREEDY, question)));
        }
        var alone = all.stream().map(request -> write(shared, request).join()).toList();
        var together = all.stream().map(request -> write(shared, request)).toList();
        var same = 0;
        for (var i = 0; i < all.size(); i++) {
            same += requireSameUpTo(
                    ROUNDING,
                    alone.get(i).answers().getFirst(),
                    together.get(i).join().answers().getFirst());
        }
        assertThat(same).isGreaterThan(all.size() * TOKENS / 2);
    }

    /// @return tokens that are the same
    private static int requireSameUpTo(double rounding, Answer alone, Answer together) {
        // A token that ends within a character shows with the next one.
        var shown = Math.min(alone.logprobs().size(), together.logprobs().size());
        var known = true; // that both went on from the same token: special tokens all have no bytes
        for (var i = 0; i < shown; i++) {
            var expected = alone.logprobs().get(i);
            var found = together.logprobs().get(i);
            var likeliest = expected.likeliest();
            var isClose = likeliest.getFirst().logprob() - likeliest.getLast().logprob() < 2 * rounding;
            if (!Arrays.equals(expected.bytes(), found.bytes())) {
                assertThat(isClose || !known).as("how close the decision was").isTrue();
                return i;
            }
            if (known) {
                assertThat(found.logprob()).isCloseTo(expected.logprob(), within(rounding));
            }
            known &= !isClose || expected.bytes().length > 0;
        }
        return shown;
    }
}
