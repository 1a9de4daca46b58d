package dev.icmlora.engine.auto;

import java.io.Serializable;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.auto.LabelHead.Text;
import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.AnswerListener;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Extracting;
import dev.icmlora.engine.worker.Pace;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;

/// The heads of a task: reads its examples, fits a [LabelHead] or a [SpanHead] to them, and keeps it as [TaskAdapters]
/// keeps adapters.
public final class TaskHeads {

    /// Examples of each label that a head needs.
    private static final int LEAST_OF_LABEL = 2;
    /// Examples that a head is fitted to, as many of each label as there are.
    private static final int MOST_OF_HEAD = 512;
    /// Bytes of a head, so that several can be kept: of a large model or many labels it has fewer examples.
    private static final int MOST_BYTES = 8 << 20;
    /// Tokens of their inputs, so that they are read in the time of a request.
    private static final int MOST_TOKENS = 4096;
    /// Examples in a prompt from which the words of a head come.
    private static final int MOST_SHOWN = 32;
    /// Examples of a head that is fitted in some hundredths of a second.
    private static final int MOST_AT_ONCE = 96;
    /// Tokens of prompts whose states are kept at a time.
    static final int TOKENS_OF_STATES = 2048;

    private final Engine engine;
    private final Task task;
    private final TaskAdapters adapters;

    TaskHeads(Engine engine, Task task, TaskAdapters adapters) {
        this.engine = engine;
        this.task = task;
        this.adapters = adapters;
    }

    /// @param shows whether prompts with examples fit into the context
    private record HeadKey(Task task, List<String> labels, boolean shows) implements Serializable {

        int bytes() {
            return task.bytes() + AutoMode.bytesOf(labels);
        }
    }

    /// @param fitted null if too few examples fit into the context, or are read in time
    /// @param shown see [AutoMode.Plan]
    record Learned(LabelHead fitted, List<Example> shown) implements Serializable {
        static final Learned NOTHING = new Learned(null, List.of());

        Optional<LabelHead> head() {
            return Optional.ofNullable(fitted);
        }
    }

    /// @param prompt as it is read, by its tokens
    /// @param bytes of the key and its text
    private record TextKey(IntBuffer prompt, int statesFrom, List<String> labels, int bytes) {}

    private record SpanKey(Task task) implements Serializable {}

    /// A task's examples as they are read.
    record SpanExamples(List<SpanHead.Text> texts, List<String> outputs) {

        private static SpanExamples read(Optional<ScaledAdapter> adapter, Task of, String salt, EngineSession asking) {
            var engine = asking.engine();
            var nothing = Extracting.of(
                    List.of(), List.of(), engine.format(), engine.contextTokens(), AnswerListener.NONE, salt);
            var room = engine.contextTokens() - nothing.mostTokens();
            var prompts = new ArrayList<int[]>();
            var examples = new ArrayList<Example>();
            var tokens = 0;
            for (var example : of.examples().stream().distinct().toList()) {
                var prompt = engine.format()
                        .query(of.description(), List.of(), example.input())
                        .tokens();
                if (prompt.length <= room && tokens + prompt.length <= TOKENS_OF_STATES) {
                    tokens += prompt.length;
                    prompts.add(prompt);
                    examples.add(example);
                }
            }
            var read = TaskHeads.read(adapter, of, prompts, salt, asking);
            var texts = IntStream.range(0, read.size())
                    .mapToObj(i -> text(examples.get(i).input(), read.get(i), engine))
                    .toList();
            return new SpanExamples(
                    texts, examples.stream().map(Example::output).toList());
        }

        int words() {
            return texts.stream().mapToInt(text -> text.words().size()).sum();
        }
    }

    /// @param fitted null if the examples have no words
    private record LearnedSpans(SpanHead fitted) implements Serializable {}

    /// Whether a task's examples tell its labels apart without any tuning: two of them, and half of all, have two
    /// examples or more.
    public static boolean learns(Task task, List<String> labels) {
        var known = examples(task, labels).stream()
                .filter(each -> each.size() >= LEAST_OF_LABEL)
                .count();
        return known >= 2 && 2 * known >= labels.size();
    }

    /// Distinct examples of each label.
    private static List<List<Example>> examples(Task task, List<String> labels) {
        var ofLabels = task.examples().stream().distinct().collect(Collectors.groupingBy(Example::output));
        return labels.stream()
                .map(label -> ofLabels.getOrDefault(label, List.of()))
                .toList();
    }

    Learned ofLabels(Choosing choosing, BooleanSupplier examplesFit) {
        var labels = choosing.labels().texts();
        if (!engine.hasPromptStates() || !learns(task, labels)) {
            return Learned.NOTHING;
        }
        var adapter = reading();
        // The shared adapter was trained to know a task by its description.
        var shows = adapter.isEmpty() && examplesFit.getAsBoolean();
        var key = new HeadKey(task, labels, shows);
        var width = engine.model().model().hiddenSize();
        var examples =
                Math.min(mostExamples(width, labels.size()), task.examples().size());
        var bytes = key.bytes() + LabelHead.bytes(width, labels.size(), examples);
        return adapters.once(
                        Learned.class,
                        key,
                        bytes,
                        // Their words are read once more.
                        () -> (shows ? 2 : 1) * Pace.tokens(prompts(known(task, choosing, engine)), choosing, 0),
                        asking -> learn(adapter, choosing, shows, asking))
                .orElse(Learned.NOTHING);
    }

    /// What a head makes of prompts. That of examples is kept for other tasks of this description, such as the next
    /// version of a function and the candidates for it.
    ///
    /// @param read answers to those of which nothing is kept
    List<Text> texts(
            List<int[]> prompts, Choosing watching, boolean areExamples, Function<List<int[]>, List<Answer>> read) {
        var labels = watching.labels().texts();
        var states = 2
                * engine.model().watchedLayers().size()
                * engine.model().model().hiddenSize();
        var bytes = AutoMode.bytesOf(labels) + Float.BYTES * states;
        var keys = prompts.stream()
                .map(prompt -> new TextKey(
                        IntBuffer.wrap(prompt), watching.statesFrom(), labels, bytes + Integer.BYTES * prompt.length))
                .toList();
        var texts = new HashMap<TextKey, Text>();
        keys.forEach(key -> adapters.kept(Text.class, key, key.bytes).ifPresent(text -> texts.put(key, text)));
        var unread = keys.stream().filter(key -> !texts.containsKey(key)).toList();
        if (!unread.isEmpty()) {
            var answers = read.apply(
                            unread.stream().map(key -> key.prompt.array()).toList())
                    .iterator();
            unread.forEach(key -> texts.put(key, Text.of(answers.next())));
        }
        if (areExamples) {
            unread.forEach(key -> adapters.keep(key, key.bytes, texts.get(key)));
        }
        return keys.stream().map(texts::get).toList();
    }

    /// @param width of the model's hidden states
    static int mostExamples(int width, int labels) {
        var none = LabelHead.bytes(width, labels, 0);
        var ofExample = LabelHead.bytes(width, labels, 1) - none;
        return Math.min(MOST_OF_HEAD, (MOST_BYTES - none) / ofExample);
    }

    /// What the texts of a head are read with: the shared adapter, or without a generator the base model alone.
    Optional<ScaledAdapter> reading() {
        return engine.isTrained()
                ? Optional.of(new ScaledAdapter(adapters.shared().adapter(), 1))
                : Optional.empty();
    }

    private Learned learn(Optional<ScaledAdapter> adapter, Choosing choosing, boolean shows, EngineSession asking) {
        var known = known(task, choosing, engine);
        var examples = known.stream().map(Known::example).toList();
        if (!learns(new Task("", examples), choosing.labels().texts())) {
            return Learned.NOTHING;
        }
        var labels = known.stream().mapToInt(Known::label).toArray();
        var prompts = prompts(known);
        var watching = withStates(choosing, task, engine);
        var texts = texts(prompts, watching, true, unread -> asking.read(adapter, unread, watching));
        var head = fit(texts, labels, asking);
        var words = shows && !head.explains()
                ? wordsAmongExamples(adapter, task, known, choosing, asking)
                : Optional.<List<double[]>>empty();
        return words.map(each -> fit(Text.worded(texts, each), labels, asking))
                .map(among -> new Learned(among, shown(known, 0, 1)))
                .orElseGet(() -> new Learned(head, List.of()));
    }

    /// Every piece waits until others had their time, so few examples are fitted in one.
    private static LabelHead fit(List<Text> texts, int[] labels, EngineSession asking) {
        return texts.size() > MOST_AT_ONCE
                ? LabelHead.fit(texts, labels, LabelHead.PARTS, asking::compute)
                : asking.compute(() -> LabelHead.fit(texts, labels, LabelHead.PARTS, Supplier::get));
    }

    /// An example that a head is fitted to.
    ///
    /// @param round how many of the same label come before it
    /// @param prompt without other examples
    record Known(Example example, int label, int round, int[] prompt) {}

    private static List<int[]> prompts(List<Known> known) {
        return known.stream().map(Known::prompt).toList();
    }

    /// Those that fit into the context, the first of each label first. What is too long for the tokens that are left
    /// is passed over.
    static List<Known> known(Task of, Choosing choosing, Engine engine) {
        var format = engine.format();
        var room = engine.contextTokens() - choosing.mostTokens();
        var packed = format.packed(of.description(), List.of());
        var shared = format.query(packed, "").tokens().length;
        var examples = examples(of, choosing.labels().texts());
        var most = examples.stream().mapToInt(List::size).max().orElseThrow();
        var known = new ArrayList<Known>();
        var rounds = new int[examples.size()];
        var mostKnown = mostExamples(engine.model().model().hiddenSize(), examples.size());
        var left = MOST_TOKENS;
        for (var place = 0; place < most; place++) {
            for (var label = 0; label < examples.size(); label++) {
                if (place < examples.get(label).size() && known.size() < mostKnown) {
                    var example = examples.get(label).get(place);
                    var prompt = format.query(packed, example.input()).tokens();
                    if (prompt.length <= room && prompt.length - shared <= left) {
                        left -= prompt.length - shared;
                        known.add(new Known(example, label, rounds[label]++, prompt));
                    }
                }
            }
        }
        return known;
    }

    /// Those of the first whose rounds are even (0), odd (1), or either.
    private static List<Example> shown(List<Known> known, int... parities) {
        return known.stream()
                .limit(MOST_SHOWN)
                .filter(each -> Arrays.stream(parities).anyMatch(parity -> each.round % 2 == parity))
                .map(Known::example)
                .toList();
    }

    /// Log-probabilities of the labels after prompts that show every second example, so that none shows its own
    /// answer. Empty if not all of them fit.
    private static Optional<List<double[]>> wordsAmongExamples(
            Optional<ScaledAdapter> adapter, Task of, List<Known> known, Choosing choosing, EngineSession asking) {
        var engine = asking.engine();
        var room = engine.contextTokens() - choosing.mostTokens();
        var prompts = IntStream.range(0, 2)
                .mapToObj(parity -> {
                    var packed = engine.format().packed(of.description(), shown(known, 1 - parity));
                    return known.stream()
                            .filter(each -> each.round % 2 == parity)
                            .map(each -> engine.format()
                                    .query(packed, each.example.input())
                                    .tokens())
                            .toList();
                })
                .toList();
        if (prompts.stream().flatMap(List::stream).anyMatch(prompt -> prompt.length > room)) {
            return Optional.empty();
        }
        // The first prompt of what is read together is kept for the others, which show the same examples.
        var told = prompts.stream()
                .map(some -> asking.read(adapter, some, choosing.unheard()).iterator())
                .toList();
        return Optional.of(known.stream()
                .map(each -> Text.logs(told.get(each.round % 2).next()))
                .toList());
    }

    static Choosing withStates(Choosing choosing, Task of, Engine engine) {
        return choosing.unheard().withStates(engine.format().opening(of.description()));
    }

    Optional<SpanHead> ofSpans(String salt) {
        if (!engine.hasPromptStates()) {
            return Optional.empty();
        }
        var adapter = reading();
        var bytes = task.bytes()
                + SpanHead.bytes(
                        engine.model().model().hiddenSize(),
                        engine.model().watchedLayers().size());
        return adapters.once(
                        LearnedSpans.class,
                        new SpanKey(task),
                        bytes,
                        this::spanTokens,
                        asking -> learn(adapter, task, salt, asking))
                .flatMap(learned -> Optional.ofNullable(learned.fitted));
    }

    private static LearnedSpans learn(Optional<ScaledAdapter> adapter, Task of, String salt, EngineSession asking) {
        var known = SpanExamples.read(adapter, of, salt, asking);
        if (known.words() < 2) {
            return new LearnedSpans(null);
        }
        return new LearnedSpans(SpanHead.fit(known.texts, known.outputs, asking::compute));
    }

    /// Tokens of the examples that a head of spans learns from.
    int spanTokens() {
        return Math.min(TOKENS_OF_STATES, engine.format().tokens(task));
    }

    /// For what learns from examples and inputs together: their states take too much memory to be kept.
    SpanExamples spanExamples(String salt, EngineSession asking) {
        return SpanExamples.read(reading(), task, salt, asking);
    }

    /// Inputs as they are read, with the states from the token before the input on, and no spans.
    static List<Answer> read(
            Optional<ScaledAdapter> adapter, Task of, List<int[]> prompts, String salt, EngineSession asking) {
        var format = asking.engine().format();
        var nothing = Collections.nCopies(prompts.size(), "");
        var from = Math.max(0, format.opening(of.description()) - 1);
        var asked = Extracting.of(
                        nothing, List.of(), format, asking.engine().contextTokens(), AnswerListener.NONE, salt)
                .withStates(from);
        return asking.read(adapter, prompts, asked);
    }

    static SpanHead.Text text(String input, Answer read, Engine engine) {
        return SpanHead.Text.of(
                input,
                read.states().orElseThrow().each(),
                engine.model().model().vocabulary());
    }
}
