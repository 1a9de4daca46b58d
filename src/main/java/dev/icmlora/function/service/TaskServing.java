package dev.icmlora.function.service;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntSupplier;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Singleton;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.auto.AutoMode;
import dev.icmlora.engine.auto.AutoMode.Choice;
import dev.icmlora.engine.auto.AutoMode.Plan;
import dev.icmlora.engine.auto.AutoMode.Way;
import dev.icmlora.engine.auto.ReviewedAnswer;
import dev.icmlora.engine.auto.TaskAdapters;
import dev.icmlora.engine.auto.TaskAdapters.TaskAdapter;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.task.Prompts;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.adapters.AdapterSource.Supplied;
import dev.icmlora.function.adapters.KnownAdapter;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.admission.SingleFlight;
import dev.icmlora.function.admission.Turn;
import dev.icmlora.function.api.GenerateReply.Selection;
import dev.icmlora.function.api.GenerateReply.Tuned;
import dev.icmlora.function.api.GenerateReply.Weights;
import dev.icmlora.function.api.Mode;
import dev.icmlora.function.api.Tune;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.service.RequestMeter.Metered;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.vector.TaskVector;

/// Serves tasks by the engine's mode auto, or in the mode that a request names: brings the adapters that are known,
/// and says in the words of a reply how a task was served.
@Singleton
public final class TaskServing {

    private final AdapterSource adapters;
    private final EngineHost engineHost;
    private final Memory memory = new Memory();

    TaskServing(AdapterSource adapters, EngineHost engineHost) {
        this.adapters = adapters;
        this.engineHost = engineHost;
    }

    /// A request as it is served: its prompts, and whose weights are to answer.
    ///
    /// @param key of the task's generated adapter, or of the one that was named
    /// @param mode that serves, of which some tune
    /// @param scale of whatever adapter answers
    /// @param weights field of the request that says whose weights answer
    public record Query(AdapterKey key, Mode mode, Tune tune, float scale, String weights, Prompts prompts, Turn turn) {

        Query asking(Prompts others, Turn other) {
            return new Query(key, mode, tune, scale, weights, others, other);
        }
    }

    /// The weights that serve a request, and why these.
    ///
    /// @param adapter empty where the base model serves alone
    /// @param tuning what tuning did, or that it waits; null where nothing is tuned
    public record Serving(
            Query query, AutoMode auto, Plan plan, Optional<Supplied> adapter, Selection selection, Tuned tuning) {

        /// The id of the adapter that serves.
        public Optional<String> id() {
            return adapter.map(supplied -> supplied.known().adapter().id());
        }

        /// Answers so.
        public List<ReviewedAnswer> answer() {
            try {
                var prompts = query.prompts;
                var shown = prompts.of(plan.showsExamples());
                return auto.answer(plan, query.scale, shown, prompts::with, prompts.wanted());
            } catch (UnusableInputException e) {
                throw e.renamed("adapter", query.weights);
            }
        }

        /// A reply, with what it is counted as.
        public <T> Metered<T> metered(T reply) {
            var cached = adapter.map(Supplied::cached).orElse(false);
            var mode = selection.served().name().toLowerCase(Locale.ROOT);
            var spent = query.turn.session().spent();
            return new Metered<>(reply, id(), cached, Optional.of(mode), spent);
        }
    }

    /// Finds or makes what answers a request. Prompts that do not fit are refused before.
    ///
    /// @throws UnusableInputException if a prompt, or the task, is longer than the context
    /// @throws dev.icmlora.engine.request.CancelledException if the request was cancelled
    public Serving serve(Query query) {
        query.prompts.of(query.mode.showsExamples());
        return switch (query.mode) {
            case AUTO -> auto(query);
            case TUNED -> tuned(query);
            case ADAPTER, ADAPTER_EXAMPLES, EXAMPLES, PLAIN -> named(query, query.mode, query.key, null);
        };
    }

    private Serving auto(Query query) {
        var kept = new KeptAdapters(query);
        var auto = new AutoMode(kept.turn.session(), query.key.task(), kept);
        var prompts = query.prompts;
        var plain = prompts.of(false);
        if (!plain.isEmpty()) {
            auto.leaveTimeFor(plain, prompts.wanted());
        }
        var choice = auto.choose(prompts::fitWithExamples, query.scale, prompts.wanted());
        if (kept.isHurried && !plain.isEmpty()) {
            kept.isWaiting |= finishLater(query);
        }
        return new Serving(query, auto, choice.plan(), kept.of(choice.way()), kept.selection(choice), kept.report());
    }

    /// What a request had no time for is there for later ones. It is kept until then without its inputs.
    private boolean finishLater(Query query) {
        var key = query.key.tuned(query.tune, query.turn.engine());
        var wanted = query.prompts.wanted().unheard().of(List.of());
        var none = Prompts.ofTask(query.key.task(), List.of(), wanted, false, query.turn.session());
        var unasked = query.asking(none, query.turn);
        return engineHost.later(key, query.turn, turn -> auto(unasked.asking(none, turn)));
    }

    private Serving tuned(Query query) {
        var tune = query.tune;
        var turn = query.turn;
        var key = query.key.tuned(tune, turn.engine());
        var supplied = tune.when() == Tune.When.NOW ? Optional.of(adapters.of(key, turn)) : adapters.known(key);
        if (supplied.isPresent()) {
            return named(query, Mode.TUNED, supplied, report(supplied.get().known()));
        }
        var unfinished = adapters.unfinished(key);
        if (unfinished.isEmpty()) {
            // What is refused leaves no work.
            query.prompts.of(true);
        }
        var waits = tune.when() == Tune.When.BACKGROUND && adapters.later(key, turn);
        if (unfinished.isPresent()) {
            return named(query, Mode.TUNED, unfinished, report(unfinished.get().known()));
        }
        var tuning = waits ? waiting(key.task().examples()) : null;
        return named(query, Mode.ADAPTER_EXAMPLES, query.key.shared(), tuning);
    }

    private Serving named(Query query, Mode mode, AdapterKey key, Tuned tuning) {
        var turn = query.turn;
        var adapter = mode.usesAdapter() ? Optional.of(adapters.of(key, turn)) : Optional.<Supplied>empty();
        return named(query, mode, adapter, tuning);
    }

    private Serving named(Query query, Mode mode, Optional<Supplied> adapter, Tuned tuning) {
        var kept = new KeptAdapters(query);
        var plan = new Plan(adapter.map(kept::adapter), mode.showsExamples(), false);
        var auto = new AutoMode(kept.turn.session(), query.key.task(), kept);
        return new Serving(query, auto, plan, adapter, Selection.named(mode), tuning);
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

        private final Query query;
        private final AdapterKey key;
        private final Turn turn;
        private Optional<Supplied> tuned = Optional.empty();
        private Optional<Supplied> generated = Optional.empty();
        private Optional<Supplied> shared = Optional.empty();
        private boolean isWaiting;
        /// Whether something is left out for want of time or of a free place.
        private boolean isHurried;

        private KeptAdapters(Query query) {
            this.query = query;
            this.key = query.key;
            this.turn = query.turn;
        }

        @Override
        public Optional<TaskAdapter> tuned() {
            var wanted = key.tuned(query.tune, turn.engine());
            tuned = adapters.known(wanted);
            if (tuned.isEmpty()) {
                switch (query.tune.when()) {
                    case NOW -> tuned = now(wanted);
                    case BACKGROUND -> isWaiting = adapters.later(wanted, turn);
                    case NEVER -> {}
                }
                tuned = tuned.or(() -> adapters.unfinished(wanted));
            }
            return tuned.map(this::adapter);
        }

        /// What has no time left, or finds no free place, is better answered untuned than not at all.
        private Optional<Supplied> now(AdapterKey wanted) {
            Optional<Supplied> supplied;
            try {
                supplied = adapters.soon(wanted, turn);
            } catch (RequestException e) {
                e.unless(RequestException.Kind.QUEUE_FULL);
                supplied = Optional.empty();
            }
            isHurried |=
                    supplied.filter(each -> !each.known().key().isCutShort()).isEmpty();
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
        public <T> Optional<T> once(
                Class<T> type, Object of, int bytes, IntSupplier tokens, Function<EngineSession, T> compute) {
            var result = memory.once(new Memory.Key(key.tenant(), of, bytes), tokens, compute, turn);
            isHurried |= result.isEmpty();
            return result.map(type::cast);
        }

        @Override
        public <T> Optional<T> kept(Class<T> type, Object of, int bytes) {
            return memory.known(new Memory.Key(key.tenant(), of, bytes)).map(type::cast);
        }

        @Override
        public void keep(Object of, int bytes, Object value) {
            memory.known.put(new Memory.Key(key.tenant(), of, bytes), value);
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
            return new Selection(
                    mode(choice.way()),
                    of(choice.way())
                            .map(supplied -> (double) supplied.known().key().strength())
                            .orElse(null),
                    number(choice.confidence()),
                    number(choice.seenDistance()),
                    isHurried ? true : null,
                    choice.plan().weights().map(KeptAdapters::weights).orElse(null),
                    null);
        }

        private static Weights weights(AutoMode.Weights weights) {
            return new Weights(weights.words(), weights.head(), weights.tuned());
        }

        private static Double number(OptionalDouble number) {
            return number.isPresent() ? finite(number.getAsDouble()) : null;
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

    /// Keeps what mode auto finds out about tasks, within a limit: it is computed once for each task and tenant.
    /// Thread-safe.
    private static final class Memory {

        private static final long BYTES = 32L << 20;

        private final Cache<Key, Object> known = Caffeine.newBuilder()
                .maximumWeight(BYTES)
                .weigher((Key key, Object result) -> key.bytes)
                .executor(Runnable::run)
                .build();
        private final SingleFlight<Key, Object> computing = new SingleFlight<>();

        /// Tenants do not learn from each other which tasks came before.
        ///
        /// @param bytes of memory that key and result take
        private record Key(Tenant tenant, Object of, int bytes) {}

        /// @param tokens that are read to compute it
        /// @return empty where there is no time for that
        private Optional<Object> once(Key key, IntSupplier tokens, Function<EngineSession, ?> compute, Turn turn) {
            var known = known(key);
            if (known.isPresent() || !turn.session().hasTimeFor(tokens.getAsInt())) {
                return known;
            }
            return computing.of(
                    key,
                    computation -> known(key).orElseGet(() -> compute(key, compute, computation.session())),
                    turn,
                    () -> !turn.session().hasTimeFor(0));
        }

        private Optional<Object> known(Key key) {
            return Optional.ofNullable(known.getIfPresent(key));
        }

        private Object compute(Key key, Function<EngineSession, ?> compute, EngineSession session) {
            Object result = compute.apply(session);
            known.put(key, result);
            return result;
        }
    }
}
