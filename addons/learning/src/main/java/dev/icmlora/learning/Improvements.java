package dev.icmlora.learning;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.admission.CallerLimit;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.api.FunctionDefinition.Improve;
import dev.icmlora.function.api.FunctionDescription;
import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.GenerateReply.ServedAdapter;
import dev.icmlora.function.api.GenerateReply.Tuned;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.api.TaskBody.ExampleBody;
import dev.icmlora.function.api.Tune;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.function.service.RequestRules;
import dev.icmlora.function.service.TaskService;
import dev.icmlora.learning.Claim.Decision;
import dev.icmlora.learning.Improvement.Candidate;
import dev.icmlora.learning.Improvement.Change;
import dev.icmlora.learning.LearningStore.Given;

/// Makes better versions of functions from feedback. A candidate is tuned on the function's examples and on all
/// feedback. Cross-validation tells whether it serves: each piece of feedback is answered by one that was tuned on
/// all but a part, which this piece is in. It serves if these answers are better than the serving version's, by a
/// sign test, have to do with the inputs, by a permutation test, and the examples are not unlearned.
@Singleton
final class Improvements {

    /// Functions that are improved at the same time.
    static final int MOST = 2;
    /// New pieces of feedback after which a function is improved that says so.
    static final int DUE = 20;
    /// Of an improvement for a place, beside clients that wait for answers.
    static final Duration PATIENCE = Duration.ofMinutes(15);

    private static final Logger LOG = Logger.getLogger(Improvements.class);
    /// Parts of the feedback, each of which is held back from a candidate: of labels, and of what takes longer to tune.
    private static final int PARTS_OF_LABELS = 5;
    private static final int PARTS = 2;
    /// Feedback that is held back at most.
    private static final int MEASURED = 64;
    /// With less feedback, no outcome of two labels is as unlikely as [#UNRELATED].
    private static final int LEAST = 10;
    /// Highest chance of a candidate that is served without being better.
    private static final double CHANCE = 0.25;
    /// Highest chance of feedback that is taken although its outputs have nothing to do with its inputs.
    private static final double UNRELATED = 0.005;
    /// One example of so many may be unlearned.
    private static final int UNLEARNED = 10;
    /// Examples that are asked again.
    private static final int ASKED_AGAIN = 64;
    /// Inputs of a request: they have to be answered in the time of one.
    private static final int BATCH = 16;
    private static final Duration PAUSE = Duration.ofMillis(200);
    /// Why a candidate does not serve that may be better.
    private static final String LOST = "another instance improves the function by now, or its feedback was deleted";
    private static final String CHANGED = "another version came meanwhile, or the one that served is gone";

    private final LearningStore store;
    private final NamedFunctions functions;
    private final FeedbackRules rules;
    private final TaskService service;
    private final EngineHost engineHost;
    private final ObjectMapper json;
    private final MeterRegistry registry;
    private final CallerLimit places;
    private final int batch;

    Improvements(
            LearningStore store,
            NamedFunctions functions,
            FeedbackRules rules,
            TaskService service,
            EngineHost engineHost,
            ObjectMapper json,
            FunctionConfig config,
            Access access,
            MeterRegistry registry) {
        this.store = store;
        this.functions = functions;
        this.rules = rules;
        this.service = service;
        this.engineHost = engineHost;
        this.json = json;
        this.registry = registry;
        this.places = new CallerLimit(MOST, access::share, "functions are being improved");
        this.batch = Math.min(BATCH, config.limits().inputs());
    }

    /// What has been tried on a function, the newest first.
    List<Improvement> tried(Tenant tenant, String name) {
        var function = Corrections.function(functions, tenant, name).name();
        // In this order: what is kept meanwhile is not missed.
        var decided = store.decided(tenant, function);
        var kept = store.tried(tenant, function);
        var left = decided.flatMap(decision -> made(tenant, function, decision, kept));
        return Stream.concat(left.stream(), kept.stream()).toList();
    }

    /// The improvement that made a version whose instance was killed before it could keep the improvement; empty
    /// where it is kept, and where the version was not made.
    private Optional<Improvement> made(Tenant tenant, String function, Decision decision, List<Improvement> kept) {
        return functions.versions(tenant, function).stream()
                .filter(number -> number > decision.improvement().from())
                .filter(number -> decision.definition()
                        .equals(functions
                                .describe(tenant, function + "@" + number)
                                .definition()))
                .findFirst()
                .filter(number -> kept.stream().noneMatch(improvement -> number.equals(improvement.version())))
                .map(decision.improvement()::servedAs);
    }

    /// Improves a function, as low-priority work that goes on where the caller does not wait for it.
    ///
    /// @param name as it was sent
    /// @throws RequestException if there is no such function, it is being improved, or too many are
    Improvement improve(Caller caller, String name) {
        var work = new FutureTask<>(() -> attempt(caller, name));
        Thread.ofVirtual().name("improvement").start(work);
        try {
            return work.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a function is improved", e);
        }
    }

    /// Improves a function in the background, if it says so and enough feedback came after what was tried last. An
    /// attempt that a dead instance has left is made again with the next feedback, once its claim counts no more.
    ///
    /// @param caller whose feedback came
    void whenDue(Caller caller, FunctionDescription function) {
        if (function.definition().improve() == Improve.AUTO) {
            Thread.ofVirtual().name("improvement").start(() -> {
                try {
                    if (store.notTried(caller.tenant(), function.name()) >= DUE) {
                        attempt(caller, function.name());
                    }
                } catch (RuntimeException e) {
                    LOG.infof("improve: not now: %s", e.getMessage());
                }
            });
        }
    }

    /// Deletes feedback and kept answers, also the feedback in the claim of an instance that was killed. An improvement
    /// that is underway has learned from what was there, and serves nothing.
    void forget(Tenant tenant, String function) {
        store.decided(tenant, function).ifPresent(left -> keepMade(tenant, function, left));
        store.forget(tenant, function);
    }

    private Improvement attempt(Caller caller, String name) {
        var function = Corrections.function(functions, caller.tenant(), name);
        var place = places.enter(caller.payer());
        Improvement improvement;
        try {
            improvement = claimed(caller, function.name());
        } finally {
            place.leave();
        }
        // What came meanwhile found the function claimed.
        whenDue(caller, function);
        return improvement;
    }

    private Improvement claimed(Caller caller, String function) {
        var tenant = caller.tenant();
        var claimed = store.claim(tenant, function, LearningStore.IMPROVING)
                .orElseThrow(() -> Kind.IMPROVING.because(
                        "%s is being improved already; GET /functions/%s/improvements says when that is done"
                                .formatted(function, function)));
        try (var claim = claimed) {
            claim.decided().ifPresent(left -> keepMade(tenant, function, left));
            claim.settle();
            // What comes from now on is new to the next one, since this one may not have read it.
            var begin = Stamp.now();
            var serving = functions.describe(tenant, function);
            var feedback = feedback(tenant, function);
            var fit = rules.allowed(serving.definition(), feedback);
            var split = Split.of(serving.definition(), fit, store.key());
            var attempt = new Attempt(caller, serving, split, feedback.size() - fit.size());
            try {
                var improvement = attempt.decide(claim);
                keep(tenant, function, begin, improvement);
                claim.settle();
                return improvement;
            } catch (RequestException e) {
                // Else the next feedback would be the next occasion to do all of it in vain. A stop is no such end.
                if (!e.is(Kind.SHUTTING_DOWN)) {
                    keep(tenant, function, begin, attempt.brokenOff(e));
                }
                claim.settle();
                throw e;
            }
        }
    }

    private void keepMade(Tenant tenant, String function, Decision left) {
        made(tenant, function, left, store.tried(tenant, function))
                .ifPresent(improvement ->
                        keep(tenant, function, Stamp.at(Instant.parse(improvement.at()), 0), improvement));
    }

    private void keep(Tenant tenant, String function, Stamp begin, Improvement improvement) {
        // Beside a function that was deleted meanwhile it would stay.
        if (functions.isKnown(tenant, function)) {
            store.add(tenant, function, begin, improvement.withoutInputs());
        }
        Counter.builder("icm.lora.improvements")
                .description("Attempts to improve functions")
                .tag("outcome", improvement.version() == null ? "refused" : "served")
                .register(registry)
                .increment();
        LOG.infof(
                "improve: %s",
                Optional.ofNullable(improvement.reason())
                        .orElseGet(() -> "%d better, %d worse of %d"
                                .formatted(improvement.better(), improvement.worse(), improvement.heldBack())));
    }

    /// The oldest first.
    private List<Feedback> feedback(Tenant tenant, String function) {
        return store.given(tenant, function).stream()
                .filter(Given::hasOutput)
                .flatMap(given -> store.read(given).stream())
                .toList();
    }

    /// What candidates are tuned on and compared on. Of contradictory feedback the newest counts, and people's
    /// before a teacher's. It replaces an example of the function with the same input.
    ///
    /// @param examples of the function that no feedback contradicts
    /// @param learned feedback that is new to the function
    /// @param parts of it, each of which is held back from the candidate that answers it
    /// @param measuredBy whose they are: people's, which is null, where there is any; else a teacher's
    record Split(
            List<ExampleBody> examples,
            List<ExampleBody> learned,
            List<List<ExampleBody>> parts,
            Feedback.Kind measuredBy) {

        /// @param key of [LearningStore#key]: else clients could choose the inputs that it is measured on
        static Split of(FunctionDefinition function, List<Feedback> feedback, byte[] key) {
            var ofPeople = feedback.stream().filter(piece -> !piece.isTaught()).toList();
            Map<String, ExampleBody> newest = new LinkedHashMap<>();
            Stream.concat(feedback.stream().filter(Feedback::isTaught), ofPeople.stream())
                    .forEach(piece -> {
                        newest.remove(piece.input());
                        newest.put(piece.input(), new ExampleBody(piece.input(), piece.output()));
                    });
            var measuring = (ofPeople.isEmpty() ? feedback : ofPeople)
                    .stream().map(Feedback::input).collect(Collectors.toSet());
            var known = function.task().examples();
            var examples = known.stream()
                    .filter(example -> !newest.containsKey(example.input())
                            || newest.get(example.input()).equals(example))
                    .toList();
            var all = newest.values().stream()
                    .filter(piece -> !known.contains(piece))
                    .toList();
            var room = Math.max(0, RequestRules.TUNING_EXAMPLES - examples.size());
            var learned = all.subList(Math.max(0, all.size() - room), all.size());
            // What the serving version was tuned on cannot measure it.
            var inputs = known.stream().map(ExampleBody::input).collect(Collectors.toSet());
            var heldBack = learned.stream()
                    .filter(piece -> measuring.contains(piece.input()) && !inputs.contains(piece.input()))
                    .sorted(Comparator.comparing(piece -> Hash.of(piece.input(), key)))
                    .limit(MEASURED)
                    .toList();
            var count = function.labels() == null ? PARTS : PARTS_OF_LABELS;
            var parts = IntStream.range(0, count)
                    .mapToObj(part -> IntStream.iterate(part, i -> i < heldBack.size(), i -> i + count)
                            .mapToObj(heldBack::get)
                            .toList())
                    .toList();
            return new Split(
                    examples, learned, parts, ofPeople.isEmpty() && !feedback.isEmpty() ? Feedback.Kind.TEACHER : null);
        }

        private List<ExampleBody> heldBack() {
            return parts.stream().flatMap(List::stream).toList();
        }

        private TaskBody task(String description, List<ExampleBody> without) {
            return new TaskBody(
                    description,
                    Stream.concat(examples.stream(), learned.stream().filter(piece -> !without.contains(piece)))
                            .toList());
        }
    }

    private final class Attempt {

        private final Caller caller;
        private final FunctionDescription serving;
        private final Split split;
        private final int leftOut;
        private final List<ExampleBody> heldBack;
        private final long begin = System.nanoTime();

        private Attempt(Caller caller, FunctionDescription serving, Split split, int leftOut) {
            this.caller = caller;
            this.serving = serving;
            this.split = split;
            this.leftOut = leftOut;
            this.heldBack = split.heldBack();
        }

        private Improvement decide(Claim claim) {
            if (heldBack.size() < LEAST) {
                return tried(
                        "there is too little feedback that the function was not tuned on: %d pieces, and %d are needed"
                                .formatted(heldBack.size(), LEAST),
                        null,
                        null,
                        null,
                        null);
            }
            // Before anything is tuned for a version that could not be kept.
            functions.requireRoom(caller.tenant(), candidate(List.of()));
            var current = serving.definition();
            var before = new ArrayList<GenerateReply>();
            var after = new ArrayList<GenerateReply>();
            for (var part : split.parts) {
                if (!claim.isHeld()) {
                    return tried(LOST, null, null, null, null);
                }
                // First: what one has read as an example, another one is asked about without reading it again.
                tuned(candidate(part));
            }
            for (var part : split.parts) {
                // In the same batches: what answers may depend on how many come together.
                before.addAll(replies(current, part));
                after.addAll(replies(candidate(part), part));
            }
            var measured = compared(heldBack, before, after);
            var changes = changes(measured, outputs(before), outputs(after));
            var definition = candidate(List.of());
            var unfit = unfit(measured);
            if (unfit.isPresent()) {
                return tried(unfit.get(), measured, changes, null, described(definition, List.of()));
            }
            var examples = split.examples.subList(0, Math.min(ASKED_AGAIN, split.examples.size()));
            var replies = replies(definition, examples);
            var kept = compared(examples, replies(current, examples), replies);
            // Where feedback took the place of all examples, a piece of it is asked for what answers.
            var answered = replies.isEmpty() ? replies(definition, heldBack.subList(0, 1)) : replies;
            var candidate = described(definition, answered);
            var served = tried(null, measured, changes, kept.worse(), candidate);
            return reason(kept)
                    .or(() -> claim.decide(new Decision(served.withoutInputs(), definition))
                            ? Optional.empty()
                            : Optional.of(LOST))
                    .map(reason -> tried(reason, measured, changes, kept.worse(), candidate))
                    .or(() -> functions
                            .define(caller.tenant(), serving.name(), definition, OptionalInt.of(serving.version()))
                            .map(defined -> served.servedAs(defined.function().version())))
                    .orElseGet(() -> tried(CHANGED, measured, changes, kept.worse(), candidate));
        }

        /// The outcome where a request failed, so that nothing was decided.
        private Improvement brokenOff(RequestException e) {
            return tried("it was broken off: " + e.getMessage(), null, null, null, null);
        }

        /// @param without feedback that it is not tuned on
        private FunctionDefinition candidate(List<ExampleBody> without) {
            var definition = serving.definition();
            return definition.with(split.task(definition.task().description(), without));
        }

        /// Why no candidate is to serve that was tuned on this feedback.
        private static Optional<String> unfit(Comparison measured) {
            if (measured.chance() > CHANCE) {
                return Optional.of("the candidate is not better beyond chance: the highest is " + CHANCE);
            }
            return measured.unrelated() > UNRELATED
                    ? Optional.of(
                            "the outputs of the feedback may have nothing to do with its inputs: the highest chance is "
                                    + UNRELATED)
                    : Optional.empty();
        }

        /// Why this candidate is not to serve.
        private Optional<String> reason(Comparison kept) {
            if (kept.worse() > Math.max(1, kept.rightBefore() / UNLEARNED)) {
                return Optional.of("the candidate unlearned %d of %d examples of the function"
                        .formatted(kept.worse(), kept.rightBefore()));
            }
            return Optional.empty();
        }

        /// @param measured null where nothing was
        private Improvement tried(
                String reason, Comparison measured, List<Change> changes, Integer unlearned, Candidate candidate) {
            var compared = Optional.ofNullable(measured);
            return new Improvement(
                    Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                    serving.version(),
                    null,
                    reason,
                    split.measuredBy,
                    leftOut == 0 ? null : leftOut,
                    heldBack.size(),
                    compared.map(Comparison::rightBefore).orElse(null),
                    compared.map(Comparison::rightAfter).orElse(null),
                    compared.map(Comparison::better).orElse(null),
                    compared.map(Comparison::worse).orElse(null),
                    compared.map(Comparison::chance).orElse(null),
                    compared.map(Comparison::unrelated).orElse(null),
                    unlearned,
                    candidate,
                    changes);
        }

        private List<Change> changes(Comparison measured, List<String> before, List<String> after) {
            return IntStream.range(0, heldBack.size())
                    .boxed()
                    .flatMap(i -> measured
                            .isBetter(i)
                            .map(isBetter -> change(heldBack.get(i), before.get(i), after.get(i), isBetter))
                            .stream())
                    .toList();
        }

        private static Change change(ExampleBody piece, String before, String after, boolean isBetter) {
            return new Change(piece.input(), piece.output(), before, after, isBetter);
        }

        /// @param replies of it; empty where it was not tuned
        private Candidate described(FunctionDefinition definition, List<GenerateReply> replies) {
            var reply = replies.stream().findFirst();
            var held = heldBack.stream()
                    .map(piece -> Hash.of(piece.input()) + Hash.of(piece.output()))
                    .sorted()
                    .collect(Collectors.joining());
            return new Candidate(
                    definition.task().examples().size(),
                    split.learned.size(),
                    engineHost.modelName(),
                    engineHost.generatorName().orElse(null),
                    reply.map(GenerateReply::adapter).map(ServedAdapter::id).orElse(null),
                    reply.map(GenerateReply::tuning).map(Tuned::steps).orElse(null),
                    Hash.of(held));
        }

        /// A request to a version that is tuned.
        private GenerateRequest tuned(FunctionDefinition definition) {
            var request = RequestRules.ofAnyInput(new FunctionDefinition(
                    definition.task(),
                    definition.labels(),
                    definition.schema(),
                    definition.answer(),
                    atOnce(definition),
                    null));
            patiently(() -> {
                service.tune(caller, request);
                return true;
            });
            return request;
        }

        /// The answers of a version, asked as clients ask, a batch at a time.
        private List<GenerateReply> replies(FunctionDefinition definition, List<ExampleBody> asked) {
            var request = tuned(definition);
            var inputs = asked.stream().map(ExampleBody::input).toList();
            return IntStream.iterate(0, i -> i < inputs.size(), i -> i + batch)
                    .mapToObj(i -> inputs.subList(i, Math.min(inputs.size(), i + batch)))
                    .map(part -> patiently(() -> service.generate(caller, request.withInputs(part))))
                    .toList();
        }

        /// Tuning that is done before the first answer: the tuned function is measured, whatever it does meanwhile.
        private static Tune atOnce(FunctionDefinition definition) {
            var tune = definition.tune();
            return tune == null || tune.when() == Tune.When.NEVER ? tune : new Tune(tune.steps(), Tune.When.NOW);
        }

        /// Clients that wait for an answer go first.
        private <T> T patiently(Supplier<T> work) {
            while (true) {
                try {
                    return work.get();
                } catch (RequestException e) {
                    e.unless(Kind.QUEUE_FULL, Kind.CROWDED_OUT);
                    if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                        throw e;
                    }
                }
                pause();
            }
        }

        private Comparison compared(List<ExampleBody> asked, List<GenerateReply> before, List<GenerateReply> after) {
            var wanted = asked.stream().map(piece -> meaning(piece.output())).toList();
            return new Comparison(wanted, meanings(before), meanings(after));
        }

        private List<Object> meanings(List<GenerateReply> replies) {
            return outputs(replies).stream().map(this::meaning).toList();
        }

        /// Null for an input that has none.
        private static List<String> outputs(List<GenerateReply> replies) {
            return replies.stream().flatMap(reply -> reply.outputs().stream()).toList();
        }

        /// JSON counts however it is written. What is no answer equals none.
        private Object meaning(String output) {
            if (output == null || serving.definition().schema() == null) {
                return output == null ? Optional.empty() : output.strip();
            }
            try {
                return json.readTree(output);
            } catch (JsonProcessingException e) {
                return Optional.empty();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while clients are answered", e);
        }
    }
}
