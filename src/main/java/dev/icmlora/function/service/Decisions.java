package dev.icmlora.function.service;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import java.util.function.ToDoubleBiFunction;

import jakarta.inject.Singleton;

import dev.icmlora.engine.Asked;
import dev.icmlora.engine.Engine;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.selection.Opinion;
import dev.icmlora.engine.selection.ReviewedAnswers;
import dev.icmlora.engine.selection.Selector;
import dev.icmlora.engine.selection.Way;
import dev.icmlora.engine.tune.TuningReport.Outcome;
import dev.icmlora.engine.tune.TuningSummary;
import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.LabelBias;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.engine.worker.Wanted;
import dev.icmlora.function.access.TokenAccount;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.adapters.AdapterSource.Supplied;
import dev.icmlora.function.adapters.KnownAdapter;
import dev.icmlora.function.admission.Turn;
import dev.icmlora.function.api.Mode;
import dev.icmlora.function.api.Selection;
import dev.icmlora.function.api.Tune;
import dev.icmlora.function.api.Tuned;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.generator.task.Task;

/// Decides how a task is served in mode auto: tunes it if it has enough examples.
@Singleton
final class Decisions {

    private final AdapterSource adapters;
    private final BackgroundTuning background;
    private final SeenDistances distances;
    private final LabelBiases biases;

    Decisions(AdapterSource adapters, BackgroundTuning background, SeenDistances distances, LabelBiases biases) {
        this.adapters = adapters;
        this.background = background;
        this.distances = distances;
        this.biases = biases;
    }

    /// @param adapter empty where the base model serves alone
    /// @param tuning what tuning did, or that it waits; null where nothing is tuned
    /// @param readTokens tokens that were read beside the prompts
    /// @param tuningTokens tokens of the examples of all steps that were taken
    /// @param reviewed whether answers that are not sure need a second opinion
    record Decided(
            Selection selection,
            Optional<Supplied> adapter,
            Tuned tuning,
            int readTokens,
            int tuningTokens,
            boolean reviewed) {

        /// What answers alone.
        Decided(Selection selection, Optional<Supplied> adapter, Tuned tuning, int readTokens, int tuningTokens) {
            this(selection, adapter, tuning, readTokens, tuningTokens, false);
        }

        Mode served() {
            return selection.served();
        }

        /// How sure an answer is, where that was fitted to what serves: an adapter at full scale that was tuned from
        /// the generated one for as many steps as usual, without examples in the prompt.
        ///
        /// @param labels whether an answer is one of some labels, and not a text
        Optional<ToDoubleBiFunction<Answer, Opinion>> curve(float scale, boolean labels, Engine engine) {
            return tuned(scale, engine)
                    .flatMap(tuning -> labels
                            ? engine.calibration()
                                    .labels()
                                    .map(curve -> (answer, opinion) -> curve.of(
                                            probability(answer), answer.labels().size(), tuning, opinion))
                            : engine.calibration()
                                    .answers()
                                    .map(curve -> (answer, opinion) ->
                                            curve.of(probability(answer), answer.tokens(), tuning, opinion)));
        }

        private Optional<TuningSummary> tuned(float scale, Engine engine) {
            return adapter.map(Supplied::known)
                    .filter(known -> TunedKeys.isUsual(known.key(), engine))
                    .flatMap(KnownAdapter::tuning)
                    .filter(seen -> seen.outcome() == Outcome.TUNED && Double.isFinite(seen.lossAfter()))
                    .filter(_ -> scale == 1 && !served().showsExamples());
        }

        private static double probability(Answer answer) {
            return answer.probability().orElseThrow();
        }
    }

    /// @param key of the task's generated adapter
    /// @param examplesFit whether prompts with the examples and their answers would fit into the context
    /// @param account that pays for a tuning in the background
    /// @throws dev.icmlora.function.error.RequestException if the task is longer than the context
    /// @throws dev.icmlora.engine.request.CancelledException if the request was cancelled
    Decided of(AdapterKey key, Tune tune, boolean examplesFit, TokenAccount account, Turn turn) {
        var task = key.task();
        if (!Selector.isTuned(task) || turn.engine().tuningRefusal().isPresent()) {
            return untuned(key, examplesFit, null, false, turn);
        }
        var tuned = TunedKeys.of(key, tune, turn.engine());
        var supplied = adapters.known(tuned);
        if (supplied.isPresent()) {
            return ofTuning(supplied.get(), examplesFit, turn);
        }
        return switch (tune.when()) {
            case NOW -> now(tuned, tune, examplesFit, turn);
            case BACKGROUND -> {
                var waits = background.later(tuned, account);
                var report = waits ? TuningReports.waiting(task.examples()) : null;
                yield untuned(key, examplesFit, report, false, turn);
            }
            case NEVER -> untuned(key, examplesFit, null, false, turn);
        };
    }

    /// What has no time left, or finds no free place, is better answered untuned than not at all.
    private Decided now(AdapterKey tuned, Tune tune, boolean examplesFit, Turn turn) {
        if (turn.cancellation().isShortOfTime()) {
            return untuned(tuned, examplesFit, null, true, turn);
        }
        Optional<Supplied> supplied;
        try {
            supplied = adapters.soon(tuned, budget(tune), turn);
        } catch (RequestException e) {
            e.unless(RequestException.Kind.QUEUE_FULL);
            supplied = Optional.empty();
        } catch (UnusableInputException e) {
            if (turn.engine().tuningRefusal().isEmpty()) {
                throw e;
            }
            // Only the first tuning shows that there is no memory for any.
            return untuned(tuned, examplesFit, null, false, turn);
        }
        return supplied.isPresent()
                ? ofTuning(supplied.get(), examplesFit, turn)
                : untuned(tuned, examplesFit, null, true, turn);
    }

    static Optional<Duration> budget(Tune tune) {
        return Optional.ofNullable(tune.budgetMs()).map(Duration::ofMillis);
    }

    private Decided ofTuning(Supplied supplied, boolean examplesFit, Turn turn) {
        var known = supplied.known();
        var choice = turn.engine().selector().choose(known.tuning().orElseThrow(), examplesFit);
        // Confidence was fitted to what a generator's adapters become.
        Double confidence = turn.engine().isTrained() ? (Double) choice.confidence() : null;
        var report = TuningReports.of(known);
        if (choice.way() == Way.TUNED) {
            var selection = selection(
                    choice.way(),
                    confidence,
                    known.key().strength(),
                    OptionalDouble.empty(),
                    known.key().isCutShort());
            return new Decided(
                    selection,
                    Optional.of(supplied),
                    report,
                    supplied.fingerprintTokens(),
                    supplied.tuningTokens(),
                    true);
        }
        var shared = adapters.of(known.key().shared(), turn);
        return new Decided(
                selection(choice.way(), confidence, 0, OptionalDouble.empty(), false),
                Optional.of(shared),
                report,
                supplied.fingerprintTokens(),
                supplied.tuningTokens());
    }

    /// Answers as it was decided.
    ///
    /// @param weights field of the request that says whose weights answer
    /// @param prompts for what was decided
    /// @param scale of whatever adapter answers
    /// @param shown the same prompts with the examples of [Engine#fingerprinted]; empty if they do not fit
    /// @param greedy whether the likeliest answers are wanted
    ReviewedAnswers answer(
            Decided decided,
            String weights,
            List<int[]> prompts,
            float scale,
            Supplier<Optional<List<int[]>>> shown,
            boolean greedy,
            Wanted wanted,
            Turn turn) {
        try {
            return answer(decided, prompts, scale, shown, greedy, wanted, turn);
        } catch (UnusableInputException e) {
            throw e.part().equals("adapter") ? e.saidBy(weights) : e;
        }
    }

    private ReviewedAnswers answer(
            Decided decided,
            List<int[]> prompts,
            float scale,
            Supplier<Optional<List<int[]>>> shown,
            boolean greedy,
            Wanted wanted,
            Turn turn) {
        var first = asked(decided, prompts, scale, wanted, turn);
        if (!decided.reviewed() || !greedy) {
            return ReviewedAnswers.alone(turn.session().answer(first, wanted));
        }
        var key = decided.adapter().orElseThrow().known().key();
        return turn.session()
                .answer(first, () -> shown.get().map(again -> second(key, again, scale, wanted, turn)), wanted);
    }

    private Asked asked(Decided decided, List<int[]> prompts, float scale, Wanted wanted, Turn turn) {
        var adapter = scaled(decided.adapter(), scale);
        var bias = decided.adapter()
                .map(supplied -> supplied.known().key())
                .filter(AdapterKey::isTuned)
                .map(key -> biases.of(adapter, key.task(), false, wanted, turn))
                .orElse(LabelBias.NONE);
        return new Asked(adapter, prompts, bias);
    }

    private Asked second(AdapterKey key, List<int[]> prompts, float scale, Wanted wanted, Turn turn) {
        var adapter = scaled(secondAdapter(key, turn), scale);
        var shown = turn.engine().fingerprinted(key.task());
        return new Asked(adapter, prompts, biases.of(adapter, shown, true, wanted, turn));
    }

    /// What gives a second opinion on the answers of an adapter: the shared one, or without a generator the base model
    /// alone.
    private Optional<Supplied> secondAdapter(AdapterKey key, Turn turn) {
        return turn.engine().isTrained() ? Optional.of(adapters.of(key.shared(), turn)) : Optional.empty();
    }

    private static Optional<ScaledAdapter> scaled(Optional<Supplied> supplied, float scale) {
        return supplied.map(adapter -> new ScaledAdapter(adapter.known().adapter(), scale));
    }

    private Decided untuned(AdapterKey key, boolean examplesFit, Tuned tuning, boolean hurried, Turn turn) {
        if (!turn.engine().isTrained()) {
            return unaided(key.task(), examplesFit, tuning, hurried);
        }
        var generated = key.untuned(turn.engine().fingerprinted(key.task()));
        var seen = distances.of(key.tenant(), generated.task(), turn);
        var canShow = examplesFit && !key.task().examples().isEmpty();
        var choice = turn.engine().selector().choose(seen.distance(), canShow);
        var serving = choice.way() == Way.GENERATED ? generated : key.shared();
        var supplied = adapters.of(serving, turn);
        return new Decided(
                selection(choice.way(), choice.confidence(), serving.strength(), seen.distance(), hurried),
                Optional.of(supplied),
                tuning,
                seen.tokens() + supplied.fingerprintTokens(),
                0);
    }

    /// By the base model alone: without a generator there is no adapter that was not tuned.
    private static Decided unaided(Task task, boolean examplesFit, Tuned tuning, boolean hurried) {
        var mode = examplesFit && !task.examples().isEmpty() ? Mode.EXAMPLES : Mode.PLAIN;
        return new Decided(
                new Selection(mode, null, null, null, hurried ? true : null), Optional.empty(), tuning, 0, 0);
    }

    private static Selection selection(
            Way way, Double confidence, float strength, OptionalDouble distance, boolean hurried) {
        return new Selection(
                mode(way),
                (double) strength,
                confidence,
                distance.isPresent() ? distance.getAsDouble() : null,
                hurried ? true : null);
    }

    private static Mode mode(Way way) {
        return switch (way) {
            case TUNED -> Mode.TUNED;
            case GENERATED, SHARED -> Mode.ADAPTER;
            case SHARED_EXAMPLES -> Mode.ADAPTER_EXAMPLES;
        };
    }
}
