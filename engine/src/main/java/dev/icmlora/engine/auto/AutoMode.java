package dev.icmlora.engine.auto;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import dev.icmlora.engine.Calibration;
import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.auto.ReviewedAnswer.Opinion;
import dev.icmlora.engine.auto.TaskAdapters.TaskAdapter;
import dev.icmlora.engine.auto.TaskHeads.Learned;
import dev.icmlora.engine.auto.TaskHeads.SpanExamples;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.engine.tune.Tuning.Summary.Outcome;
import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.AnswerListener.Delta;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.Extracting;
import dev.icmlora.engine.worker.Pace;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.engine.worker.Wanted;
import dev.icmlora.engine.worker.Words;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.TaskVector;

/// Mode auto: chooses how a task is served, answers its inputs, asks for second opinions, and says how sure the
/// answers are. Belongs to the session's thread.
///
/// Labels that have examples are told apart by a [LabelHead]; the task is tuned beside where their words tell more
/// than the hidden states. Spans are told by a [SpanHead] alone.
/// Else, with enough examples the task is tuned and the tuned adapter serves, as surely as tuning saw it learn. With
/// fewer, the distance to the tasks that the generator was trained on decides.
public final class AutoMode {
    /// Distinct examples that tuning needs: fewer are learned by heart.
    public static final int LEAST_EXAMPLES = 3;

    /// Of the tuned adapter's log-probabilities, beside those that a head gives: they count alike.
    private static final double WEIGHT_OF_TUNED = 1;

    private static final int BYTES_OF_RESULT = 64;
    /// Tokens of an answer that no example tells the length of.
    private static final int USUAL_LENGTH = 32;

    private final EngineSession session;
    private final Task task;
    private final TaskAdapters adapters;
    private final TaskHeads heads;
    private Optional<Seen> seen = Optional.empty();

    public AutoMode(EngineSession session, Task task, TaskAdapters adapters) {
        this.session = session;
        this.task = task;
        this.adapters = adapters;
        this.heads = new TaskHeads(session.engine(), task, adapters);
    }

    /// One that finds everything out by itself, and tunes as long as it takes.
    public AutoMode(EngineSession session, Task task) {
        this(session, task, new TaskFindings(task).in(session));
    }

    /// What answers.
    ///
    /// @param adapter empty for the base model alone
    /// @param showsExamples whether the prompts have the task's examples
    /// @param isReviewed whether answers that are not sure need a second opinion
    /// @param head that has a say in labels
    /// @param shown examples in the prompts from which the head's words come; empty for the prompts without any
    /// @param spans head that tells spans, without the adapter
    public record Plan(
            Optional<TaskAdapter> adapter,
            boolean showsExamples,
            boolean isReviewed,
            Optional<LabelHead> head,
            List<Example> shown,
            Optional<SpanHead> spans) {

        /// Without a head.
        public Plan(Optional<TaskAdapter> adapter, boolean showsExamples, boolean isReviewed) {
            this(adapter, showsExamples, isReviewed, Optional.empty(), List.of(), Optional.empty());
        }

        private boolean isTuned() {
            return adapter.flatMap(TaskAdapter::tuning).isPresent();
        }

        /// The least confidence of an answer that is kept so that at most a share of them is wrong.
        ///
        /// @param risk that share, between 0 and 1
        public double threshold(double risk) {
            // What the head takes its examples for says less where it is not alone.
            return head.filter(_ -> !isTuned())
                    .map(LabelHead::leftOut)
                    .orElse(LeftOut.NONE)
                    .threshold(risk);
        }

        /// How much each counts that has a say in labels; empty without a head.
        public Optional<Weights> weights() {
            return head.map(LabelHead::weights)
                    .map(weights -> new Weights(weights.words(), weights.head(), isTuned() ? WEIGHT_OF_TUNED : 0));
        }
    }

    /// How much each counts that has a say in labels.
    ///
    /// @param words of the log-probabilities of the labels' words
    /// @param head of the head's scores, which are about 1 for the right label and about 0 for others
    /// @param tuned of the log-probabilities by the tuned adapter
    public record Weights(double words, double head, double tuned) {}

    /// What was chosen, and why.
    ///
    /// @param confidence chance that an answer is exactly right, as far as the task tells; empty without a
    /// generator and a head
    /// @param seenDistance to the nearest task that the generator was trained on; empty where it had no say
    public record Choice(Way way, Plan plan, OptionalDouble confidence, OptionalDouble seenDistance) {}

    /// Where a task is among those that the generator was trained on.
    private record Seen(TaskVector vector, OptionalDouble distance) {
        /// Far from all of them, as long as there is no time to find out.
        private static final Seen FAR = new Seen(null, OptionalDouble.of(Double.POSITIVE_INFINITY));
    }

    private record SeenKey(Task task) {}

    /// @param adapter its id; empty for the base model alone
    /// @param shown whether prompts show the examples
    private record BiasKey(String adapter, float scale, Task task, boolean shown, List<String> labels)
            implements Serializable {

        int bytes() {
            return task.bytes() + bytesOf(labels);
        }
    }

    static int bytesOf(List<String> labels) {
        return labels.stream()
                .mapToInt(label -> BYTES_OF_RESULT + Character.BYTES * label.length())
                .sum();
    }

    /// Whether a task has enough examples to tune on.
    public static boolean tunes(Task task) {
        return task.examples().stream().distinct().limit(LEAST_EXAMPLES).count() == LEAST_EXAMPLES;
    }

    /// How many of a task's examples a second opinion on a text is shown: half of them made as many answers right.
    public static int shownAgain(int examples) {
        return (examples + 1) / 2;
    }

    /// Has all that can be left out end in time for the cheapest answers: those to prompts without examples.
    public void leaveTimeFor(List<int[]> prompts, Wanted wanted) {
        session.leaveTimeFor(tokens(prompts, wanted));
    }

    /// Tokens that take as long to read as some prompts and their answers, which are as long as those of the examples.
    private int tokens(List<int[]> prompts, Wanted wanted) {
        var length = engine().fingerprinted(task).examples().stream()
                .mapToInt(example -> engine().format().answer(example.output()).length)
                .max()
                .orElse(USUAL_LENGTH);
        return Pace.tokens(prompts, wanted, length);
    }

    /// Chooses how the task is served, by what there is time for beside [#leaveTimeFor].
    ///
    /// @param examplesFit says whether prompts with the examples and their answers fit into the context; is asked
    /// only where that decides
    /// @param scale of whatever adapter answers
    /// @throws UnusableInputException if the task is longer than the context
    public Choice choose(BooleanSupplier examplesFit, float scale, Wanted wanted) {
        // A head is fitted to the shared adapter as it is.
        var spans = scale == 1 && wanted instanceof Extracting extracting && tunes(task)
                ? heads.ofSpans(extracting.salt())
                : Optional.<SpanHead>empty();
        if (spans.isPresent()) {
            return chooseSpans(spans);
        }
        var learned = scale == 1 && wanted instanceof Choosing choosing
                ? heads.ofLabels(choosing, examplesFit)
                : Learned.NOTHING;
        return learned.head().map(head -> chooseHead(head, learned.shown())).orElseGet(() -> choose(examplesFit));
    }

    private Choice choose(BooleanSupplier examplesFit) {
        // All that is read after the examples looks back at them.
        BooleanSupplier showing = () -> !task.examples().isEmpty()
                && examplesFit.getAsBoolean()
                && session.hasTimeFor(3 * engine().format().tokens(new Task("", task.examples())) / 2);
        var tuned = tunes(task) && engine().tuningRefusal().isEmpty() ? tuned() : Optional.<TaskAdapter>empty();
        return tuned.map(adapter -> chooseTuned(adapter, showing)).orElseGet(() -> chooseUntuned(showing));
    }

    private Optional<TaskAdapter> tuned() {
        try {
            return adapters.tuned();
        } catch (UnusableInputException e) {
            // No example is short enough, or there is no memory for any tuning, as only the first one shows.
            return Optional.empty();
        }
    }

    private Choice chooseHead(LabelHead head, List<Example> shown) {
        // Without a generator, tuning makes fewer right than the examples in the prompt do.
        var tunes = engine().isTrained()
                && !head.explains()
                && head.leansOnWords()
                && tunes(task)
                && engine().tuningRefusal().isEmpty();
        var tuned = (tunes ? tuned() : Optional.<TaskAdapter>empty())
                .filter(adapter -> adapter.tuning().orElseThrow().outcome() == Outcome.TUNED);
        var untuned = engine().isTrained() ? Way.SHARED : Way.BASE;
        var way = tuned.isPresent() ? Way.TUNED : untuned;
        var adapter = tuned.isPresent() ? tuned : by(untuned).adapter;
        var plan = new Plan(adapter, false, false, Optional.of(head), shown, Optional.empty());
        return new Choice(way, plan, OptionalDouble.of(head.weights().right()), OptionalDouble.empty());
    }

    private Choice chooseSpans(Optional<SpanHead> head) {
        var way = engine().isTrained() ? Way.SHARED : Way.BASE;
        var plan = new Plan(by(way).adapter, false, false, Optional.empty(), List.of(), head);
        return new Choice(way, plan, OptionalDouble.empty(), OptionalDouble.empty());
    }

    private static Way shared(BooleanSupplier showing) {
        return showing.getAsBoolean() ? Way.SHARED_EXAMPLES : Way.SHARED;
    }

    private Choice chooseTuned(TaskAdapter adapter, BooleanSupplier showing) {
        var tuning = adapter.tuning().orElseThrow();
        // Confidence was fitted to what a generator's adapters become.
        var confidence =
                engine().isTrained() ? OptionalDouble.of(calibration().ofTask(tuning)) : OptionalDouble.empty();
        if (tuning.outcome() == Outcome.TUNED) {
            var plan = new Plan(Optional.of(adapter), false, true);
            return new Choice(Way.TUNED, plan, confidence, OptionalDouble.empty());
        }
        var way = shared(showing);
        return new Choice(way, by(way), confidence, OptionalDouble.empty());
    }

    private Choice chooseUntuned(BooleanSupplier showing) {
        if (!engine().isTrained()) {
            // There is no adapter that was not tuned.
            var way = showing.getAsBoolean() ? Way.BASE_EXAMPLES : Way.BASE;
            return new Choice(way, by(way), OptionalDouble.empty(), OptionalDouble.empty());
        }
        var distance = seenDistance();
        var way = calibration().isNear(distance) ? Way.GENERATED : shared(showing);
        return new Choice(way, by(way), OptionalDouble.of(calibration().ofTask(distance)), distance);
    }

    /// What answers where the task is served this way, whatever would be chosen.
    ///
    /// @throws java.util.NoSuchElementException if it is to be tuned and the tuned adapter is not there in time
    public Plan by(Way way) {
        return switch (way) {
            case TUNED -> new Plan(Optional.of(adapters.tuned().orElseThrow()), false, true);
            case GENERATED -> new Plan(Optional.of(adapters.generated(seen().vector)), false, false);
            case SHARED, SHARED_EXAMPLES -> new Plan(Optional.of(adapters.shared()), way.showsExamples(), false);
            case BASE, BASE_EXAMPLES -> new Plan(Optional.empty(), way.showsExamples(), false);
        };
    }

    /// Distance of the task to the nearest one that the generator was trained on; empty where it knows none, infinite
    /// where there is no time to find out.
    public OptionalDouble seenDistance() {
        return seen().distance;
    }

    private Seen seen() {
        if (seen.isEmpty()) {
            var read = engine().fingerprinted(task);
            var bytes = read.bytes() + Float.BYTES * engine().vectorLength() + BYTES_OF_RESULT;
            // There has to be time for its examples in prompts too, which tell more.
            seen = adapters.once(
                    Seen.class, new SeenKey(read), bytes, () -> 2 * session.tokensOfFingerprint(read), asking -> {
                        var vector = asking.fingerprint(read);
                        return new Seen(vector, asking.seenDistance(vector));
                    });
        }
        return seen.orElse(Seen.FAR);
    }

    /// Answers as planned; what makes that better is left out where there is no time for it. A listener hears of a
    /// reviewed answer as a whole, once it is known which one counts.
    ///
    /// @param scale of whatever adapter answers
    /// @param prompts for what was planned
    /// @param shown those of some places with examples, or as many of the first as fit; empty if not one does
    /// @throws UnusableInputException if the scale takes a weight out of the range of its type, or of the part
    /// `adapter` if its weights give scores that are not finite
    public List<ReviewedAnswer> answer(
            Plan plan,
            float scale,
            List<int[]> prompts,
            BiFunction<List<Example>, List<Integer>, Optional<List<int[]>>> shown,
            Wanted wanted) {
        leaveTimeFor(prompts, wanted);
        if (plan.head.isPresent() && wanted instanceof Choosing choosing) {
            return byHead(plan, plan.head.get(), scale, prompts, shown, choosing);
        }
        if (plan.spans.isPresent() && wanted instanceof Extracting extracting) {
            return bySpans(plan.spans.get(), prompts, extracting);
        }
        // How probable an answer is tells nothing if it was drawn.
        var answers = plan.isReviewed && wanted.isGreedy()
                ? reviewed(plan, scale, prompts, shown, wanted)
                : first(plan, scale, prompts, wanted, session).stream()
                        .map(ReviewedAnswer::alone)
                        .toList();
        // No curve was fitted to spans.
        return wanted instanceof Extracting
                ? answers
                : answers.stream()
                        .map(each -> each.with(confidence(plan, scale, each)))
                        .toList();
    }

    private List<ReviewedAnswer> byHead(
            Plan plan,
            LabelHead head,
            float scale,
            List<int[]> prompts,
            BiFunction<List<Example>, List<Integer>, Optional<List<int[]>>> shown,
            Choosing choosing) {
        var watching = TaskHeads.withStates(choosing, task, engine());
        var read = heads.texts(
                prompts,
                watching,
                false,
                asked -> session.answer(heads.reading(), asked, watching).answers());
        session.leaveTimeFor(0);
        var texts = texts(plan, head, read, shown, choosing);
        var tuned = Optional.of(plan)
                .filter(Plan::isTuned)
                .flatMap(_ -> session.inTime(
                        tokens(prompts, choosing), asking -> first(plan, scale, prompts, choosing.unheard(), asking)))
                .orElse(List.of());
        var alone = head.logprobs(texts, session::compute);
        var said = said(head, alone, tuned, 1);
        var together = session.inTime(0, asking -> head.together(texts, alone, said, asking::compute))
                .orElse(alone);
        var answers = new ArrayList<ReviewedAnswer>();
        // What texts teach each other is less sure than what is learned from examples: less of it is said twice.
        for (var logprobs : said(head, together, tuned, together == alone ? 1 : 0.5)) {
            var answer = choosing.answer(logprobs, Optional.empty());
            choosing.listener().wrote(answers.size(), new Delta(answer.text(), answer.logprobs()));
            answers.add(ReviewedAnswer.alone(answer).with(answer.probability()));
        }
        return answers;
    }

    /// What a head and a tuned adapter say in sum.
    ///
    /// @param tuned answers by the adapter; none without one
    /// @param twice which part of what it says the head says too
    private static List<double[]> said(LabelHead head, List<double[]> byHead, List<Answer> tuned, double twice) {
        var weight = tuned.isEmpty() ? 0 : WEIGHT_OF_TUNED;
        return IntStream.range(0, byHead.size())
                .mapToObj(i -> {
                    var logprobs = byHead.get(i).clone();
                    if (weight > 0) {
                        Ridge.add(weight, LabelHead.Text.logs(tuned.get(i)), logprobs, logprobs.length);
                    }
                    return head.calibrated(logprobs, twice * weight);
                })
                .toList();
    }

    private List<LabelHead.Text> texts(
            Plan plan,
            LabelHead head,
            List<LabelHead.Text> texts,
            BiFunction<List<Example>, List<Integer>, Optional<List<int[]>>> shown,
            Choosing choosing) {
        if (plan.shown.isEmpty()) {
            return texts;
        }
        var words = shown.apply(
                        plan.shown, IntStream.range(0, texts.size()).boxed().toList())
                .flatMap(each -> session.inTime(
                        tokens(each, choosing), asking -> asking.read(heads.reading(), each, choosing.unheard())))
                .map(answers -> answers.stream().map(LabelHead.Text::logs).toList())
                .orElseGet(() -> Collections.nCopies(texts.size(), head.usualWords()));
        return LabelHead.Text.worded(texts, words);
    }

    /// As many prompts at a time as their states have room for.
    private List<ReviewedAnswer> bySpans(SpanHead head, List<int[]> prompts, Extracting extracting) {
        var answers = new ArrayList<ReviewedAnswer>();
        var opening = engine().format().opening(task.description());
        var examples = prompts.size() < SpanHead.LEAST_TOGETHER
                ? Optional.<SpanExamples>empty()
                : session.inTime(heads.spanTokens(), asking -> heads.spanExamples(extracting.salt(), asking));
        var room = SpanHead.roomTogether(examples.map(SpanExamples::words).orElse(0));
        while (answers.size() < prompts.size()) {
            var from = answers.size();
            var to = from;
            for (int tokens = 0, words = 0; to < prompts.size(); to++) {
                tokens += prompts.get(to).length - opening;
                words += Words.of(extracting.texts().get(to)).size();
                if (to > from && (tokens > TaskHeads.TOKENS_OF_STATES || words > room)) {
                    break;
                }
            }
            var asked =
                    extracting.unheard().of(IntStream.range(from, to).boxed().toList());
            var read = TaskHeads.read(heads.reading(), task, prompts.subList(from, to), asked.salt(), session);
            var texts = IntStream.range(0, read.size())
                    .mapToObj(i -> TaskHeads.text(asked.texts().get(i), read.get(i), engine()))
                    .toList();
            session.leaveTimeFor(Pace.tokens(prompts.subList(to, prompts.size())));
            var told = examples.filter(_ -> texts.size() >= SpanHead.LEAST_TOGETHER)
                    .flatMap(known -> session.inTime(
                            0, asking -> head.together(texts, known.texts(), known.outputs(), asked, asking::compute)))
                    .orElseGet(() -> texts.stream()
                            .map(text -> session.compute(() -> head.answer(text, asked)))
                            .toList());
            for (var answer : told) {
                extracting.listener().wrote(answers.size(), new Delta(answer.text(), answer.logprobs()));
                answers.add(ReviewedAnswer.alone(answer));
            }
        }
        return answers;
    }

    private List<Answer> first(Plan plan, float scale, List<int[]> prompts, Wanted wanted, EngineSession asking) {
        var adapter = scaled(plan.adapter, scale);
        return asking.answer(adapter, prompts, plan.isTuned() ? unbiased(adapter, task, false, wanted) : wanted)
                .answers();
    }

    private List<ReviewedAnswer> reviewed(
            Plan plan,
            float scale,
            List<int[]> prompts,
            BiFunction<List<Example>, List<Integer>, Optional<List<int[]>>> shown,
            Wanted wanted) {
        var unheard = wanted.unheard();
        var first = first(plan, scale, prompts, unheard, session);
        session.leaveTimeFor(0);
        var unsure = IntStream.range(0, first.size())
                .filter(i -> !ReviewedAnswer.isSure(first.get(i)))
                .boxed()
                .toList();
        var reviewed = new ArrayList<>(first.stream().map(ReviewedAnswer::alone).toList());
        var examples = engine().fingerprinted(task).examples();
        var few = wanted instanceof Decoding ? examples.subList(0, shownAgain(examples.size())) : examples;
        var again = unsure.isEmpty() ? Optional.<List<int[]>>empty() : shown.apply(few, unsure);
        again.flatMap(asked -> session.inTime(
                        tokens(asked, wanted), asking -> second(scale, asked, unheard.of(unsure), asking)))
                .ifPresent(second -> {
                    for (var i = 0; i < unsure.size(); i++) {
                        int place = unsure.get(i);
                        reviewed.set(place, ReviewedAnswer.of(first.get(place), second.get(i)));
                    }
                });
        if (!wanted.tellsLogprobs()) {
            reviewed.replaceAll(ReviewedAnswer::withoutLogprobs);
        }
        for (var i = 0; i < reviewed.size(); i++) {
            var answer = reviewed.get(i).answer();
            wanted.listener().wrote(i, new Delta(answer.text(), answer.logprobs()));
        }
        return reviewed;
    }

    /// What the shared adapter answers, or without a generator the base model alone, with the examples in the
    /// prompt.
    private List<Answer> second(float scale, List<int[]> prompts, Wanted wanted, EngineSession asking) {
        var adapter = scaled(engine().isTrained() ? Optional.of(adapters.shared()) : Optional.empty(), scale);
        var few = engine().fingerprinted(task);
        return asking.answer(adapter, prompts, unbiased(adapter, few, true, wanted))
                .answers();
    }

    private static Optional<ScaledAdapter> scaled(Optional<TaskAdapter> adapter, float scale) {
        return adapter.map(each -> new ScaledAdapter(each.adapter(), scale));
    }

    /// The same without the bias to some labels that an adapter, or the base model alone, has whatever the input.
    ///
    /// @param shown whether prompts show the examples, whose words make up the inputs that it is told by
    private Wanted unbiased(Optional<ScaledAdapter> adapter, Task of, boolean shown, Wanted wanted) {
        if (!(wanted instanceof Choosing choosing)) {
            return wanted;
        }
        var key = new BiasKey(
                adapter.map(scaled -> scaled.adapter().id()).orElse(""),
                adapter.map(ScaledAdapter::scale).orElse(0f),
                of,
                shown,
                choosing.labels().texts());
        return adapters.once(
                        LabelBias.class,
                        key,
                        key.bytes(),
                        () -> 0,
                        asking -> bias(adapter, of, shown, choosing, asking))
                .map(bias -> choosing.weighed(bias.logs()))
                .orElse(choosing);
    }

    private static LabelBias bias(
            Optional<ScaledAdapter> adapter, Task of, boolean shown, Choosing choosing, EngineSession asking) {
        var engine = asking.engine();
        var examples = shown ? of.examples() : List.<Example>of();
        var room = engine.contextTokens() - choosing.mostTokens();
        var prompts = LabelBias.meaningless(of.examples()).stream()
                .map(input ->
                        engine.format().query(of.description(), examples, input).tokens())
                .filter(prompt -> prompt.length <= room)
                .toList();
        return prompts.isEmpty() ? LabelBias.NONE : LabelBias.of(asking.read(adapter, prompts, choosing.unheard()));
    }

    /// How sure an answer is, where that was fitted to what serves: an adapter at full scale that was tuned from
    /// the generated one for as many steps as usual, without examples in the prompt.
    private OptionalDouble confidence(Plan plan, float scale, ReviewedAnswer reviewed) {
        if (scale != 1 || plan.showsExamples || reviewed.answer().probability().isEmpty()) {
            return OptionalDouble.empty();
        }
        var opinion = reviewed.opinion();
        return plan.adapter
                .filter(TaskAdapter::isUsual)
                .flatMap(TaskAdapter::tuning)
                .filter(AutoMode::isFitted)
                .map(tuning ->
                        calibration().ofAnswer(reviewed.answer(), tuning, opinion == Opinion.AGREES, opinion.differs()))
                .orElse(OptionalDouble.empty());
    }

    private static boolean isFitted(Tuning.Summary tuning) {
        return tuning.outcome() == Outcome.TUNED && Double.isFinite(tuning.lossAfter());
    }

    private Engine engine() {
        return session.engine();
    }

    private Calibration calibration() {
        return engine().calibration();
    }

    /// How a task is served: which weights answer, and whether the prompt shows the task's examples beside its
    /// description.
    public enum Way {
        /// The adapter that was tuned on the examples.
        TUNED(false),
        /// The adapter that the generator made.
        GENERATED(false),
        /// The shared adapter B0.
        SHARED(false),
        /// The shared adapter B0, with the examples in the prompt.
        SHARED_EXAMPLES(true),
        /// The base model alone, where no generator was trained for it.
        BASE(false),
        /// The base model alone, with the examples in the prompt.
        BASE_EXAMPLES(true);

        private final boolean showsExamples;

        Way(boolean showsExamples) {
            this.showsExamples = showsExamples;
        }

        public boolean showsExamples() {
            return showsExamples;
        }
    }
}
