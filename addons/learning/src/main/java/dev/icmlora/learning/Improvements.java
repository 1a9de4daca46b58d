package dev.icmlora.learning;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.admission.CallerLimit;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.api.FunctionDescription;
import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.api.TaskBody.ExampleBody;
import dev.icmlora.function.api.Tune;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.function.service.Preparation;
import dev.icmlora.function.service.RequestRules;
import dev.icmlora.function.service.TaskService;
import dev.icmlora.learning.Improvement.Candidate;

/// Makes better versions of functions from feedback. A candidate is tuned on the function's examples and on four
/// fifths of the feedback. It serves if it answers the rest better than the serving version does, by a sign test,
/// and has not unlearned the examples.
@Singleton
final class Improvements {

    /// Functions that are improved at the same time.
    static final int MOST = 2;
    /// Of an improvement; more than that, and its instance is gone.
    static final Duration LONGEST = Duration.ofMinutes(30);

    private static final Logger LOG = Logger.getLogger(Improvements.class);
    /// One piece of feedback of so many is held back, by the hash of its input: the same ones each time.
    private static final int PARTS = 5;
    /// Highest chance of a candidate that is served without being better.
    private static final double CHANCE = 0.02;
    /// With fewer pieces held back, no outcome is as unlikely as that.
    private static final int LEAST = 6;
    /// One example of so many may be unlearned.
    private static final int UNLEARNED = 10;
    /// Examples that are asked again.
    private static final int ASKED_AGAIN = 64;
    /// Examples of a function.
    private static final int EXAMPLES = 1024;
    /// Inputs of a request: they have to be answered in the time of one.
    private static final int BATCH = 16;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final LearningStore store;
    private final Corrections corrections;
    private final NamedFunctions functions;
    private final TaskService service;
    private final Preparation preparation;
    private final EngineHost engineHost;
    private final ObjectMapper json;
    private final CallerLimit places;
    private final int batch;

    Improvements(
            LearningStore store,
            Corrections corrections,
            NamedFunctions functions,
            TaskService service,
            Preparation preparation,
            EngineHost engineHost,
            ObjectMapper json,
            FunctionConfig config,
            Access access) {
        this.store = store;
        this.corrections = corrections;
        this.functions = functions;
        this.service = service;
        this.preparation = preparation;
        this.engineHost = engineHost;
        this.json = json;
        this.places = new CallerLimit(MOST, access::share, "functions are being improved");
        this.batch = Math.min(BATCH, config.limits().inputs());
    }

    /// What has been tried on a function, the newest first.
    List<Improvement> tried(Tenant tenant, String name) {
        return store.tried(tenant, corrections.function(tenant, name).name());
    }

    /// Improves a function, as low-priority work that goes on where the caller does not wait for it.
    ///
    /// @param name as it was sent
    /// @throws RequestException if there is no such function, it is being improved, or too many are
    Improvement improve(Caller caller, String name) {
        var serving = corrections.function(caller.tenant(), name);
        var place = places.enter(caller.payer());
        var work = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return claimed(caller, serving);
                    } finally {
                        place.leave();
                    }
                },
                task -> Thread.ofVirtual().name("improvement").start(task));
        try {
            return work.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a function is improved", e);
        }
    }

    private Improvement claimed(Caller caller, FunctionDescription serving) {
        var tenant = caller.tenant();
        var claim = store.claim(tenant, serving.name(), LONGEST)
                .orElseThrow(() -> Kind.IMPROVING.because(
                        "%s is being improved already; GET /functions/%s/improvements says when that is done"
                                .formatted(serving.name(), serving.name())));
        try {
            var improvement = new Attempt(caller, serving, Split.of(serving, feedback(tenant, serving.name())))
                    .decide(() -> store.holds(claim));
            store.add(tenant, serving.name(), improvement);
            LOG.infof(
                    "improve: %s",
                    Optional.ofNullable(improvement.reason())
                            .orElseGet(() -> "%d better, %d worse of %d"
                                    .formatted(improvement.better(), improvement.worse(), improvement.heldBack())));
            return improvement;
        } finally {
            store.release(claim);
        }
    }

    /// The oldest first.
    private List<Feedback> feedback(Tenant tenant, String function) {
        return store.given(tenant, function).stream()
                .flatMap(given -> store.read(given).stream())
                .toList();
    }

    /// What a candidate is tuned on, and what is held back. Of contradictory feedback the newest counts. It
    /// replaces an example of the function with the same input.
    ///
    /// @param examples of the function that no feedback contradicts
    /// @param learned feedback that is new to the function
    record Split(List<ExampleBody> examples, List<ExampleBody> learned, List<ExampleBody> heldBack) {

        static Split of(FunctionDescription function, List<Feedback> feedback) {
            Map<String, ExampleBody> newest = new LinkedHashMap<>();
            for (var piece : feedback) {
                newest.remove(piece.input());
                newest.put(piece.input(), new ExampleBody(piece.input(), piece.output()));
            }
            var known = function.task().examples();
            var inputs = known.stream().map(ExampleBody::input).collect(Collectors.toSet());
            // What the serving version was tuned on cannot measure it.
            Map<Boolean, List<ExampleBody>> heldBack = newest.values().stream()
                    .collect(Collectors.partitioningBy(
                            piece -> isHeldBack(piece.input()) && !inputs.contains(piece.input())));
            var examples = known.stream()
                    .filter(example -> !newest.containsKey(example.input())
                            || newest.get(example.input()).equals(example))
                    .toList();
            var learned = heldBack.get(false).stream()
                    .filter(piece -> !known.contains(piece))
                    .toList();
            var room = Math.max(0, EXAMPLES - examples.size());
            return new Split(
                    examples, learned.subList(Math.max(0, learned.size() - room), learned.size()), heldBack.get(true));
        }

        private static boolean isHeldBack(String input) {
            return Integer.remainderUnsigned(Integer.parseUnsignedInt(Hash.of(input), 0, 8, 16), PARTS) == 0;
        }

        private TaskBody task(String description) {
            var all = new ArrayList<>(examples);
            all.addAll(learned);
            return new TaskBody(description, all);
        }
    }

    private final class Attempt {

        private final Caller caller;
        private final FunctionDescription serving;
        private final Split split;
        private final long begin = System.nanoTime();

        private Attempt(Caller caller, FunctionDescription serving, Split split) {
            this.caller = caller;
            this.serving = serving;
            this.split = split;
        }

        /// @param holds whether no other instance may have decided meanwhile
        private Improvement decide(BooleanSupplier holds) {
            if (split.heldBack.size() < LEAST) {
                return refused(
                        "too little is held back to show that a candidate is better: %d pieces of feedback, and %d are needed"
                                .formatted(split.heldBack.size(), LEAST));
            }
            if (split.learned.isEmpty()) {
                return refused("there is no feedback that the function was not tuned on");
            }
            var asked = new ArrayList<>(split.heldBack);
            asked.addAll(split.examples.subList(0, Math.min(ASKED_AGAIN, split.examples.size())));
            var definition = serving.with(split.task(serving.task().description()));
            var before = right(asked, replies(serving.with(serving.task()), asked));
            var replies = replies(definition, asked);
            var after = right(asked, replies);
            var heldBack = split.heldBack.size();
            var measured = new Comparison(before.subList(0, heldBack), after.subList(0, heldBack));
            var kept = new Comparison(before.subList(heldBack, asked.size()), after.subList(heldBack, asked.size()));
            var reason = reason(measured, kept, holds);
            var version = reason.isPresent()
                    ? null
                    : functions
                            .define(caller.tenant(), serving.name(), definition)
                            .function()
                            .version();
            return new Improvement(
                    now(),
                    serving.version(),
                    version,
                    reason.orElse(null),
                    heldBack,
                    measured.rightBefore(),
                    measured.rightAfter(),
                    measured.better(),
                    measured.worse(),
                    measured.chance(),
                    kept.worse(),
                    candidate(definition, replies.getLast()));
        }

        /// Why the candidate is not to serve.
        private Optional<String> reason(Comparison measured, Comparison kept, BooleanSupplier holds) {
            if (measured.chance() > CHANCE) {
                return Optional.of("the candidate is not better beyond chance: the highest is " + CHANCE);
            }
            if (kept.worse() > Math.max(1, kept.rightBefore() / UNLEARNED)) {
                return Optional.of("the candidate unlearned %d of %d examples of the function"
                        .formatted(kept.worse(), kept.rightBefore()));
            }
            var newest = functions.describe(caller.tenant(), serving.name()).version();
            return newest == serving.version() && holds.getAsBoolean()
                    ? Optional.empty()
                    : Optional.of("version %d came meanwhile".formatted(newest));
        }

        private Improvement refused(String reason) {
            return new Improvement(
                    now(),
                    serving.version(),
                    null,
                    reason,
                    split.heldBack.size(),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
        }

        private static String now() {
            return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        }

        private Candidate candidate(FunctionDefinition definition, GenerateReply reply) {
            var held = split.heldBack.stream()
                    .map(piece -> Hash.of(piece.input()) + Hash.of(piece.output()))
                    .sorted()
                    .collect(Collectors.joining());
            return new Candidate(
                    definition.task().examples().size(),
                    split.learned.size(),
                    engineHost.modelName(),
                    engineHost.generatorName().orElse(null),
                    reply.adapter() == null ? null : reply.adapter().id(),
                    reply.tuning() == null ? null : reply.tuning().steps(),
                    Hash.of(held));
        }

        /// What a version answers once it is tuned, asked as clients ask, a batch at a time.
        private List<GenerateReply> replies(FunctionDefinition definition, List<ExampleBody> asked) {
            var request = RequestRules.ofAnyInput(new FunctionDefinition(
                    definition.task(),
                    definition.labels(),
                    definition.schema(),
                    definition.answer(),
                    atOnce(definition)));
            patiently(() -> {
                preparation.tune(caller, request);
                return true;
            });
            var inputs = asked.stream().map(ExampleBody::input).toList();
            return IntStream.iterate(0, i -> i < inputs.size(), i -> i + batch)
                    .mapToObj(i -> inputs.subList(i, Math.min(inputs.size(), i + batch)))
                    .map(part -> patiently(() -> service.generate(caller, request.withInputs(part))))
                    .toList();
        }

        /// What is measured is the function tuned, also where its first answers are not.
        private static Tune atOnce(FunctionDefinition definition) {
            var tune = definition.tune();
            return tune == null || tune.when() == Tune.When.NEVER ? tune : new Tune(tune.steps(), Tune.When.NOW, null);
        }

        /// Clients that wait for an answer go first.
        private <T> T patiently(Supplier<T> work) {
            while (true) {
                try {
                    return work.get();
                } catch (RequestException e) {
                    e.unless(Kind.QUEUE_FULL, Kind.CROWDED_OUT);
                    if (System.nanoTime() - begin > LONGEST.toNanos() / 2) {
                        throw e;
                    }
                }
                pause();
            }
        }

        private List<Boolean> right(List<ExampleBody> asked, List<GenerateReply> replies) {
            var outputs =
                    replies.stream().flatMap(reply -> reply.outputs().stream()).toList();
            return IntStream.range(0, asked.size())
                    .mapToObj(i -> isRight(asked.get(i).output(), outputs.get(i)))
                    .toList();
        }

        /// JSON counts however it is written.
        private boolean isRight(String wanted, String output) {
            if (output == null || serving.schema() == null) {
                return output != null && output.strip().equals(wanted.strip());
            }
            try {
                return json.readTree(output).equals(json.readTree(wanted));
            } catch (JsonProcessingException e) {
                return false;
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
