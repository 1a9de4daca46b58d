package dev.icmlora.learning;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.FunctionConfig.Kept;
import dev.icmlora.function.config.FunctionConfig.Tenancy;
import dev.icmlora.function.config.SettingLimits;
import dev.icmlora.function.config.StartupException;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.function.storage.StorageException;
import dev.icmlora.learning.TeacherEndpoint.Said;
import dev.icmlora.learning.Unsure.Doubt;

/// Asks a larger model about the answers that functions are unsure of, and keeps what it says as feedback, if the
/// function could answer so. It does nothing unless [TeacherConfig] names an address.
///
/// One function is asked about at a time, once it has answered something. What is asked about is found in the
/// bucket, so nothing is lost where the teacher is away, or the instance ends.
@Singleton
final class Teacher {

    private static final Logger LOG = Logger.getLogger(Teacher.class);
    private static final int AFTER_THE_FUNCTIONS_LIMITS = 3;
    /// Functions that wait for their round; one more does with its next answer.
    private static final int MOST_WAITING = 1_000;
    private static final Pace PACE = new Pace(Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofSeconds(30));

    private final LearningStore store;
    private final NamedFunctions functions;
    private final Unsure unsure;
    private final FeedbackRules rules;
    private final TeacherConfig config;
    private final FunctionConfig function;
    private final MeterRegistry registry;
    private final Pace pace;
    private final Set<Due> waiting = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Due> queue = new LinkedBlockingQueue<>();
    /// What the endpoint refused: it may have been set up wrongly, so that is forgotten with the instance.
    private final Set<Asked> refused = new HashSet<>();

    private final AtomicBoolean isStarted = new AtomicBoolean();
    private final Optional<TeacherEndpoint> endpoint;
    private final Thread thread = Thread.ofVirtual().name("teacher").unstarted(this::run);
    private String fault = "";

    @Inject
    Teacher(
            LearningStore store,
            NamedFunctions functions,
            Unsure unsure,
            FeedbackRules rules,
            ObjectMapper json,
            TeacherConfig config,
            FunctionConfig function,
            MeterRegistry registry) {
        this(store, functions, unsure, rules, json, config, function, registry, PACE);
    }

    /// In a test's pace.
    Teacher(
            LearningStore store,
            NamedFunctions functions,
            Unsure unsure,
            FeedbackRules rules,
            ObjectMapper json,
            TeacherConfig config,
            FunctionConfig function,
            MeterRegistry registry,
            Pace pace) {
        this.store = store;
        this.functions = functions;
        this.unsure = unsure;
        this.rules = rules;
        this.config = config;
        this.function = function;
        this.registry = registry;
        this.pace = pace;
        this.endpoint = config.url().map(url -> {
            var model = config.model().orElseThrow();
            return new TeacherEndpoint(address(url), config.key(), model, pace.call, json);
        });
    }

    /// A function that has new answers which are kept.
    record Due(Tenant tenant, String function) {}

    private record Asked(Due due, String input) {}

    /// @param pause between two rounds, and the first one after a teacher was away; each one after that is twice as
    /// long
    /// @param longestPause while it is away
    /// @param call longest time of a call
    record Pace(Duration pause, Duration longestPause, Duration call) {}

    /// What a round ends with.
    private enum Round {
        DONE,
        /// There may be more to ask about.
        MORE,
        AWAY
    }

    /// Before anything is loaded, and without a teacher, which a start has no need of.
    ///
    /// @throws StartupException for settings that do not go together
    static void check(
            @Observes @Priority(AFTER_THE_FUNCTIONS_LIMITS) StartupEvent event,
            TeacherConfig config,
            FunctionConfig function) {
        new SettingLimits("icm-lora.teacher")
                .between(1, 1_000_000, "calls-per-day", config.callsPerDay())
                .require();
        config.url().map(Teacher::address).ifPresent(_ -> {
            if (config.model().isEmpty()) {
                throw new StartupException("ICM_LORA_TEACHER_URL needs ICM_LORA_TEACHER_MODEL");
            }
            if (function.feedback() != Kept.INPUTS) {
                throw new StartupException(
                        "ICM_LORA_TEACHER_URL needs ICM_LORA_FEEDBACK=inputs: a teacher is asked about inputs that are"
                                + " kept");
            }
        });
    }

    private static URI address(String url) {
        try {
            var address = URI.create(url.replaceAll("/+$", "") + "/chat/completions");
            if (address.getHost() != null && Set.of("http", "https").contains(address.getScheme())) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new StartupException(
                "ICM_LORA_TEACHER_URL is no address of OpenAI's interface, such as https://api.openai.com/v1");
    }

    @PreDestroy
    void stop() {
        thread.interrupt();
    }

    void answered(@Observes Due function) {
        if (endpoint.isPresent() && waiting.size() < MOST_WAITING && waiting.add(function)) {
            queue.add(function);
            if (isStarted.compareAndSet(false, true)) {
                thread.start();
            }
        }
    }

    private void run() {
        try {
            var pause = pace.pause;
            while (true) {
                var due = queue.take();
                waiting.remove(due);
                var round = round(due);
                if (round != Round.DONE) {
                    answered(due);
                }
                Thread.sleep(pause);
                var longer = pause.multipliedBy(2);
                pause = round != Round.AWAY
                        ? pace.pause
                        : longer.compareTo(pace.longestPause) < 0 ? longer : pace.longestPause;
            }
        } catch (InterruptedException e) {
            LOG.debug("no teacher is asked any more");
        }
    }

    private Round round(Due due) {
        try {
            if (store.callsLeft(due.tenant, share()) == 0) {
                // Until tomorrow. That is no fault, and another function may have calls left.
                return Round.MORE;
            }
            var definition = functions.describe(due.tenant, due.function).definition();
            var claim = store.claim(due.tenant, due.function, LearningStore.TEACHING);
            // Another instance is at it.
            return claim.isEmpty() ? Round.DONE : claimed(due, definition, claim.get());
        } catch (RequestException e) {
            // It is gone, or has room for no more.
            LOG.debugf("the teacher is not asked: %s", e.getMessage());
            return Round.DONE;
        } catch (StorageException e) {
            return away(e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("the teacher cannot be asked", e);
            return Round.AWAY;
        }
    }

    private Round claimed(Due due, FunctionDefinition definition, Claim claim) {
        try (claim) {
            var doubts = unsure.doubts(due.tenant, due.function, true);
            doubts.removeIf(doubt -> refused.contains(new Asked(due, doubt.input())));
            for (var doubt : doubts) {
                // Else a call would be for nothing.
                store.requireRoom(due.tenant, due.function, List.of(said(doubt, null)), List.of());
                if (!store.takeCall(due.tenant, share())) {
                    return Round.MORE;
                }
                switch (endpoint.orElseThrow().ask(definition, doubt.input())) {
                    case Said.Output(var text) -> keep(due, definition, doubt, text);
                    case Said.Refused() -> {
                        count("refused");
                        refused.add(new Asked(due, doubt.input()));
                    }
                    case Said.Away(var why) -> {
                        count("failed");
                        return away(why);
                    }
                }
            }
            fault = "";
            return doubts.size() < Unsure.LISTED ? Round.DONE : Round.MORE;
        }
    }

    /// What the function could not answer is kept as the mere fact that the teacher was asked.
    private void keep(Due due, FunctionDefinition definition, Doubt doubt, String text) {
        var isFit = !rules.allowed(definition, List.of(said(doubt, text))).isEmpty();
        // Meanwhile its owner may have deleted the function, or the answers.
        if (store.reply(due.tenant, due.function, doubt.stamp()).isPresent()) {
            store.add(due.tenant, due.function, List.of(said(doubt, isFit ? text : null)), List.of());
            count(isFit ? "kept" : "dropped");
        }
    }

    private static Feedback said(Doubt doubt, String output) {
        var at = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        return new Feedback(doubt.input(), output, doubt.version(), at, Feedback.Kind.TEACHER);
    }

    /// Once, not at every attempt: it may be away for long.
    private Round away(String why) {
        if (!fault.equals(why) && !Thread.currentThread().isInterrupted()) {
            fault = why;
            LOG.warnf("The teacher is asked again later: %s", why);
        }
        return Round.AWAY;
    }

    private void count(String outcome) {
        Counter.builder("icm.lora.teacher.calls")
                .description("Calls of the teacher")
                .tag("outcome", outcome)
                .register(registry)
                .increment();
    }

    /// What a tenant may have of the calls of a day.
    private LearningStore.Share share() {
        return new LearningStore.Share(config.callsPerDay(), function.tenancy() == Tenancy.KEY);
    }
}
