package dev.icmlora.function.service;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.access.TokenAccount;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.api.Comparison;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.error.InvalidRequestException;
import dev.icmlora.function.named.FunctionVersion.Beside;
import dev.icmlora.function.service.NamedFunctions.Named;

/// Has versions that run beside answer what was answered already, and counts where they differ. That happens after the
/// answer was given, one request at a time, while the engine has nothing else to do; a client that has to wait ends it.
/// Thread-safe.
@Singleton
final class Shadows {

    private static final Logger LOG = Logger.getLogger(Shadows.class);
    private static final int MOST_WAITING = 16;
    private static final int MOST_COUNTED = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /// How soon it is noticed that somebody waits.
    private static final Duration NOTICE = Duration.ofMillis(20);

    private final NamedFunctions functions;
    private final EngineHost engineHost;
    private final MeterRegistry registry;
    private final ThreadPoolExecutor thread;
    /// Requests that were answered, by version and caller.
    private final Map<Version, Long> answered = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Version, Long> eldest) {
            return size() > MOST_COUNTED;
        }
    });

    Shadows(NamedFunctions functions, EngineHost engineHost, MeterRegistry registry) {
        this.functions = functions;
        this.engineHost = engineHost;
        this.registry = registry;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                PATIENCE.toSeconds(),
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                Thread.ofVirtual().name("shadow").factory());
        this.thread.allowCoreThreadTimeOut(true);
    }

    private record Version(Tenant tenant, FunctionName function) {}

    /// What was answered.
    ///
    /// @param account that pays, for the comparison too
    /// @param request that named the function
    record Answered(Tenant tenant, TokenAccount account, Named named, GenerateRequest request, GenerateReply reply) {

        private Beside beside() {
            return named.beside().orElseThrow();
        }

        /// The version beside.
        private FunctionName function() {
            return named.function().at(beside().number());
        }

        private List<String> inputs() {
            return request.inputs();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        thread.shutdownNow();
    }

    /// Compares what was answered, some time later, if it is its turn and there is room.
    ///
    /// @param answering has a request answered that names no function
    void later(Answered answer, Function<GenerateRequest, Uni<Metered<GenerateReply>>> answering) {
        // What is drawn by lot differs without a reason.
        if (answer.named().beside().isEmpty() || answer.request().temperature() > 0) {
            return;
        }
        var version = new Version(answer.tenant(), answer.function());
        if ((answered.merge(version, 1L, Long::sum) - 1) % answer.beside().every() != 0) {
            return;
        }
        try {
            thread.execute(() -> compareOrShed(answer, answering));
        } catch (RejectedExecutionException e) {
            count("shed", answer.inputs().size());
        }
    }

    private void compareOrShed(Answered answer, Function<GenerateRequest, Uni<Metered<GenerateReply>>> answering) {
        try {
            compare(answer, answering);
        } catch (InterruptedException e) {
            // The function stops.
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // Nobody waits for it: clients do, the caller has no tokens left, or the store does not answer.
            LOG.infof("A version that runs beside was not compared: %s", e.getMessage());
            count("shed", answer.inputs().size());
        }
    }

    private void compare(Answered answer, Function<GenerateRequest, Uni<Metered<GenerateReply>>> answering)
            throws InterruptedException {
        awaitQuiet();
        try {
            var shadowing =
                    functions.beside(answer.tenant(), answer.named().function(), answer.beside(), answer.request());
            if (shadowing.isPresent()) {
                var request = shadowing.get().request();
                answer.account().requireRest();
                // Not measured as a request is: clients hear nothing of it, so it belongs to no objective.
                var metered = await(answering.apply(request));
                answer.account().take(metered.served().tokens());
                compared(
                        answer, shadowing.get().shadow().keep(), metered.reply().outputs());
            }
        } catch (InvalidRequestException e) {
            functions.compared(
                    answer.tenant(),
                    answer.function(),
                    known -> known.plusFailed(answer.inputs().size()));
            count("failed", answer.inputs().size());
        }
    }

    private void compared(Answered answer, int keep, List<String> outputs) {
        var more = Comparison.of(answer.inputs(), answer.reply().outputs(), outputs, keep);
        functions.compared(answer.tenant(), answer.function(), known -> known.plus(more, keep));
        count("different", more.different());
        count("same", more.compared() - more.different());
    }

    /// @throws CancelledException if clients leave no room
    private void awaitQuiet() throws InterruptedException {
        var since = System.nanoTime();
        while (engineHost.busyWorkers() > 0 || engineHost.waiting() > 0) {
            if (System.nanoTime() - since > PATIENCE.toNanos()) {
                throw new CancelledException();
            }
            Thread.sleep(NOTICE);
        }
    }

    /// @throws CancelledException if a client has to wait meanwhile
    private <T> T await(Uni<T> work) throws InterruptedException {
        var reply = work.subscribeAsCompletionStage();
        try {
            while (true) {
                try {
                    return reply.get(NOTICE.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    if (engineHost.waiting() > 0) {
                        throw new CancelledException();
                    }
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } finally {
            reply.cancel(true);
        }
    }

    private void count(String result, long inputs) {
        Counter.builder("icm.lora.shadow.inputs")
                .description("Inputs for versions of functions that run beside: how their answers compare")
                .tag("result", result)
                .register(registry)
                .increment(inputs);
    }
}
