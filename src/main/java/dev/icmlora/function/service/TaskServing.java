package dev.icmlora.function.service;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

import jakarta.inject.Singleton;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.auto.AutoMode;
import dev.icmlora.engine.auto.AutoMode.Choice;
import dev.icmlora.engine.auto.AutoMode.Plan;
import dev.icmlora.engine.auto.ReviewedAnswer;
import dev.icmlora.engine.auto.TaskAdapter;
import dev.icmlora.engine.auto.TaskAdapters;
import dev.icmlora.engine.auto.Way;
import dev.icmlora.engine.request.UnusableInputException;
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
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.vector.TaskVector;

/// Serves tasks by the engine's mode auto, or in the mode that a request names: brings the adapters that are known,
/// and says in the words of a reply how a task was served.
@Singleton
final class TaskServing {

    private final AdapterSource adapters;
    private final BackgroundTuning background;
    private final TaskMemory memory;

    TaskServing(AdapterSource adapters, BackgroundTuning background, TaskMemory memory) {
        this.adapters = adapters;
        this.background = background;
        this.memory = memory;
    }

    /// How a task is served.
    ///
    /// @param adapter empty where the base model serves alone
    /// @param tuning what tuning did, or that it waits; null where nothing is tuned
    record Serving(AutoMode auto, Plan plan, Optional<Supplied> adapter, Selection selection, Tuned tuning) {

        Mode served() {
            return selection.served();
        }

        /// Answers so.
        ///
        /// @param weights field of the request that says whose weights answer
        /// @param prompts for what was decided
        /// @param shown the same prompts with the examples of [dev.icmlora.engine.Engine#fingerprinted]; empty
        /// if they do not fit
        List<ReviewedAnswer> answer(
                String weights,
                float scale,
                List<int[]> prompts,
                Supplier<Optional<List<int[]>>> shown,
                Wanted wanted) {
            try {
                return auto.answer(plan, scale, prompts, shown, wanted);
            } catch (UnusableInputException e) {
                throw e.part().equals("adapter") ? e.saidBy(weights) : e;
            }
        }
    }

    /// As mode auto chooses.
    ///
    /// @param key of the task's generated adapter
    /// @param examplesFit whether prompts with the examples and their answers would fit into the context
    /// @param account that pays for a tuning in the background
    /// @throws UnusableInputException if the task is longer than the context
    /// @throws dev.icmlora.engine.request.CancelledException if the request was cancelled
    Serving auto(AdapterKey key, Tune tune, boolean examplesFit, TokenAccount account, Turn turn) {
        var kept = new KeptAdapters(key, tune, account, turn);
        var auto = new AutoMode(turn.session(), key.task(), kept);
        var choice = auto.choose(examplesFit);
        return new Serving(auto, choice.plan(), kept.of(choice.way()), kept.selection(choice), kept.report());
    }

    /// In a mode that a request names.
    ///
    /// @param key of the task's generated adapter, or of the one that was named
    /// @param adapter empty where the base model serves alone
    /// @param tuning see [Serving]
    Serving named(Mode mode, AdapterKey key, Optional<Supplied> adapter, Tuned tuning, Turn turn) {
        var kept = new KeptAdapters(key, Tune.DEFAULT, TokenAccount.unlimited(""), turn);
        var auto = new AutoMode(turn.session(), key.task(), kept);
        var plan = new Plan(adapter.map(supplied -> supplied.adapter(turn.engine())), mode.showsExamples(), false);
        return new Serving(auto, plan, adapter, Selection.named(mode), tuning);
    }

    static Optional<Duration> budget(Tune tune) {
        return Optional.ofNullable(tune.budgetMs()).map(Duration::ofMillis);
    }

    /// What tuning did.
    static Tuned report(KnownAdapter known) {
        var tuning = known.tuning().orElseThrow();
        return new Tuned(
                tuning.outcome().name().toLowerCase(Locale.ROOT),
                tuning.steps(),
                known.key().isCutShort() ? true : null,
                finite(tuning.lossBefore()),
                finite(tuning.lossAfter()),
                contradictory(known.key().task().examples()));
    }

    /// That a task waits to be tuned.
    static Tuned waiting(List<Example> examples) {
        return new Tuned("waiting", null, null, null, null, contradictory(examples));
    }

    /// JSON has no word for what is no number.
    private static Double finite(double loss) {
        return Double.isFinite(loss) ? loss : null;
    }

    /// Examples whose input has another output in another example; null for none.
    private static Integer contradictory(List<Example> examples) {
        Map<String, Set<String>> outputs = new HashMap<>();
        examples.forEach(example ->
                outputs.computeIfAbsent(example.input(), _ -> new HashSet<>()).add(example.output()));
        var count = (int) examples.stream()
                .filter(example -> outputs.get(example.input()).size() > 1)
                .count();
        return count == 0 ? null : count;
    }

    /// The adapters of a request's task, from the caches of the function and within the request's time.
    private final class KeptAdapters implements TaskAdapters {

        private final AdapterKey key;
        private final Tune tune;
        private final TokenAccount account;
        private final Turn turn;
        private Optional<Supplied> tuned = Optional.empty();
        private Optional<Supplied> generated = Optional.empty();
        private Optional<Supplied> shared = Optional.empty();
        private boolean isWaiting;
        /// Whether the task is not tuned for want of time or of a free place.
        private boolean isHurried;

        private KeptAdapters(AdapterKey key, Tune tune, TokenAccount account, Turn turn) {
            this.key = key;
            this.tune = tune;
            this.account = account;
            this.turn = turn;
        }

        @Override
        public Optional<TaskAdapter> tuned() {
            var wanted = key.tuned(tune, turn.engine());
            tuned = adapters.known(wanted);
            if (tuned.isEmpty()) {
                switch (tune.when()) {
                    case NOW -> tuned = now(wanted);
                    case BACKGROUND -> isWaiting = background.later(wanted, account);
                    case NEVER -> {}
                }
            }
            return tuned.map(this::adapter);
        }

        /// What has no time left, or finds no free place, is better answered untuned than not at all.
        private Optional<Supplied> now(AdapterKey wanted) {
            Optional<Supplied> supplied;
            try {
                supplied = turn.cancellation().isShortOfTime()
                        ? Optional.empty()
                        : adapters.soon(wanted, budget(tune), turn);
            } catch (RequestException e) {
                e.unless(RequestException.Kind.QUEUE_FULL);
                supplied = Optional.empty();
            }
            isHurried = supplied.isEmpty();
            return supplied;
        }

        @Override
        public TaskAdapter generated(TaskVector vector) {
            var fingerprinted = key.untuned(turn.engine().fingerprinted(key.task()));
            generated = Optional.of(adapters.of(fingerprinted, vector, turn));
            return adapter(generated.get());
        }

        @Override
        public TaskAdapter shared() {
            shared = Optional.of(adapters.of(key.shared(), turn));
            return adapter(shared.get());
        }

        @Override
        public <T> T once(Class<T> type, Object of, int bytes, Function<EngineSession, T> compute) {
            return memory.once(key.tenant(), type, of, bytes, compute, turn);
        }

        private TaskAdapter adapter(Supplied supplied) {
            return supplied.adapter(turn.engine());
        }

        private Optional<Supplied> of(Way way) {
            return switch (way) {
                case TUNED -> tuned;
                case GENERATED -> generated;
                case SHARED, SHARED_EXAMPLES -> shared;
                case BASE, BASE_EXAMPLES -> Optional.empty();
            };
        }

        private Tuned report() {
            return tuned.map(supplied -> TaskServing.report(supplied.known()))
                    .orElseGet(() -> isWaiting ? waiting(key.task().examples()) : null);
        }

        private Selection selection(Choice choice) {
            var isCutShort = choice.way() == Way.TUNED
                    && tuned.filter(supplied -> supplied.known().key().isCutShort())
                            .isPresent();
            return new Selection(
                    mode(choice.way()),
                    of(choice.way())
                            .map(supplied -> (double) supplied.known().key().strength())
                            .orElse(null),
                    number(choice.confidence()),
                    number(choice.seenDistance()),
                    isHurried || isCutShort ? true : null);
        }

        private static Double number(OptionalDouble number) {
            return number.isPresent() ? number.getAsDouble() : null;
        }

        private static Mode mode(Way way) {
            return switch (way) {
                case TUNED -> Mode.TUNED;
                case GENERATED, SHARED -> Mode.ADAPTER;
                case SHARED_EXAMPLES -> Mode.ADAPTER_EXAMPLES;
                case BASE -> Mode.PLAIN;
                case BASE_EXAMPLES -> Mode.EXAMPLES;
            };
        }
    }
}
