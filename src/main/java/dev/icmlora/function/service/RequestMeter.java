package dev.icmlora.function.service;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.LongStream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.engine.request.Spent;
import dev.icmlora.function.access.Caller.TokenAccount;
import dev.icmlora.function.adapters.AdapterCache;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.error.RequestException;

/// Counts, times and logs every request, through whichever door it came. The log names the request and its
/// adapter, and holds nothing that a client wrote.
@Singleton
public final class RequestMeter {

    /// What the log's context calls the name of a request.
    public static final String REQUEST_ID = "request_id";

    private static final String FULL = "queue_full";
    private static final Logger LOG = Logger.getLogger("dev.icmlora.requests");
    private static final Duration[] REQUEST_BUCKETS =
            millis(10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000);
    private static final Duration[] PHASE_BUCKETS = millis(1, 2, 5, 10, 25, 50, 100, 250, 1000, 5000, 30_000);

    /// A reply, and what its request is counted as.
    ///
    /// @param adapter id of the adapter that took part
    /// @param cached whether that adapter was known before
    /// @param mode how the request was answered, as a client would spell it; empty where nothing was answered
    public record Metered<T>(T reply, Optional<String> adapter, boolean cached, Optional<String> mode, Spent spent) {

        /// No adapter took part.
        public Metered(T reply, Spent spent) {
            this(reply, Optional.empty(), false, Optional.empty(), spent);
        }
    }

    private final MeterRegistry registry;
    private final EngineHost engineHost;
    private final AdapterCache cache;
    private final Timer firstToken;

    RequestMeter(MeterRegistry registry, EngineHost engineHost, AdapterCache cache) {
        this.registry = registry;
        this.engineHost = engineHost;
        this.cache = cache;
        this.firstToken = Timer.builder("icm.lora.first.token")
                .description("Time from a request for a text to its first token")
                .serviceLevelObjectives(REQUEST_BUCKETS)
                .register(registry);
    }

    private static Duration[] millis(long... values) {
        return LongStream.of(values).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }

    void start(@Observes StartupEvent event) {
        Gauge.builder("icm.lora.queue.requests", engineHost, EngineHost::waiting)
                .description("Requests that wait for a worker")
                .register(registry);
        Gauge.builder("icm.lora.workers", engineHost, host -> host.engine().workers())
                .description("Workers: threads with contexts and a resident adapter")
                .register(registry);
        Gauge.builder("icm.lora.workers.busy", engineHost, host -> host.engine().busyWorkers())
                .description("Workers that have something to do")
                .register(registry);
        Gauge.builder("icm.lora.tuning.bytes", engineHost, host -> host.engine().tuningBytes())
                .description(
                        "Memory of the transposed weights and of what is tuned just now; 0 as long as nobody tuned")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("icm.lora.cache.adapters", cache, AdapterCache::size)
                .description("Adapters that can be named by id")
                .register(registry);
    }

    /// Work that takes no tokens.
    public <T> T measure(String operation, Supplier<T> work) {
        return measure(operation, TokenAccount.unlimited(""), () -> new Metered<>(work.get(), Spent.NOTHING));
    }

    /// Does work, and measures it.
    ///
    /// @param operation what was asked for
    /// @param account that must not be empty
    /// @throws RequestException if it is empty
    public <T> T measure(String operation, TokenAccount account, Supplier<Metered<T>> work) {
        var start = System.nanoTime();
        var id = Objects.requireNonNullElse(MDC.get(REQUEST_ID), "").toString();
        try {
            account.requireRest();
            var metered = work.get();
            end(operation, id, start, "ok", Optional.of(metered));
            return metered.reply();
        } catch (Throwable t) {
            end(operation, id, start, outcome(t), Optional.empty());
            throw t;
        }
    }

    private void end(String operation, String id, long start, String outcome, Optional<Metered<?>> done) {
        var nanos = System.nanoTime() - start;
        Timer.builder("icm.lora.request")
                .description("Time from a request's arrival to its answer")
                .tag("operation", operation)
                .tag("outcome", outcome)
                .serviceLevelObjectives(REQUEST_BUCKETS)
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
        done.ifPresent(this::count);
        if (outcome.equals(FULL)) {
            // Of a crowd that is refused, lines would fill the disk.
            return;
        }
        var fields = Map.of(
                REQUEST_ID, id, "adapter_id", done.flatMap(Metered::adapter).orElse(""));
        fields.forEach(MDC::put);
        try {
            LOG.infof("%s: %s after %d ms", operation, outcome, nanos / 1_000_000);
        } finally {
            // The worker's thread goes on with another request.
            fields.keySet().forEach(MDC::remove);
        }
    }

    /// What is to run when the first text of a request has its first token: it measures the time from now on, once. A
    /// text that ends without a token counts nothing.
    public Runnable firstToken() {
        var start = System.nanoTime();
        var began = new AtomicBoolean();
        return () -> {
            if (began.compareAndSet(false, true)) {
                firstToken.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            }
        };
    }

    private static String outcome(Throwable failure) {
        return switch (failure) {
            case CancelledException _ -> "cancelled";
            case EngineClosedException _ -> "shutting_down";
            case RequestException known ->
                switch (known.kind()) {
                    case MODEL_CHANGED -> "failed";
                    case QUEUE_FULL -> FULL;
                    case DEADLINE, CROWDED_OUT -> "deadline";
                    default -> "refused";
                };
            default -> "failed";
        };
    }

    private void count(Metered<?> done) {
        var spent = done.spent();
        phase("fingerprint", spent.fingerprint());
        phase("generate", spent.generate());
        phase("apply", spent.apply());
        phase("tune", spent.tune());
        phase("prompt", spent.prefill());
        phase("decode", spent.decode());
        tokens("prompt", spent.promptTokens());
        tokens("completion", spent.completionTokens());
        tokens("tuning", spent.tuningTokens());
        done.adapter()
                .ifPresent(id -> Counter.builder("icm.lora.adapters")
                        .description("Adapters asked for: generated, or found in the cache")
                        .tag("source", done.cached() ? "cache" : "generated")
                        .register(registry)
                        .increment());
        done.mode()
                .ifPresent(mode -> Counter.builder("icm.lora.answers")
                        .description("Answered requests, by how they were served")
                        .tag("mode", mode)
                        .register(registry)
                        .increment());
    }

    /// A phase that was not needed is not counted.
    private void phase(String name, long nanos) {
        if (nanos > 0) {
            Timer.builder("icm.lora.phase")
                    .description("Time of one phase of a request")
                    .tag("phase", name)
                    .serviceLevelObjectives(PHASE_BUCKETS)
                    .register(registry)
                    .record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void tokens(String kind, int count) {
        Counter.builder("icm.lora.tokens")
                .description("Tokens read, written and tuned on")
                .tag("kind", kind)
                .register(registry)
                .increment(count);
    }
}
