package dev.icmlora.function.health;

import java.util.function.Supplier;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

import dev.icmlora.function.admission.EngineHost;

/// The checks of an orchestrator: `/q/health/started`, `/q/health/live`, `/q/health/ready`.
///
/// Every check is an [AsyncHealthCheck]. Quarkus would run a plain one on the pool that has the calls of storage,
/// where it would wait while all threads of the pool do.
@Singleton
final class HealthChecks {

    /// Model and generator are loaded, and requests are let in.
    @Produces
    @Startup
    @Singleton
    AsyncHealthCheck started(EngineHost engineHost) {
        return () -> response(() -> named("engine", engineHost.isStarted()));
    }

    /// The base model is the one that was checked. Its file may lie in a network, which no event loop should wait
    /// for. Virtual threads share few threads, all of which a computation may have.
    @Produces
    @Liveness
    @Singleton
    AsyncHealthCheck model(EngineHost engineHost) {
        return () -> response(
                        () -> named("base model", engineHost.engine().model().isIntact()))
                .runSubscriptionOn(task -> Thread.ofPlatform().name("liveness").start(task));
    }

    /// No thread that owns a worker's native side hangs, or fails at all that it does.
    @Produces
    @Liveness
    @Singleton
    AsyncHealthCheck live(EngineHost engineHost) {
        return () -> response(() -> {
            var engine = engineHost.engine();
            return named("worker threads", engine.isAlive()).withData("busy", engine.busyWorkers());
        });
    }

    /// Another request would be taken.
    @Produces
    @Readiness
    @Singleton
    AsyncHealthCheck ready(EngineHost engineHost) {
        return () -> response(
                () -> named("room in the queue", engineHost.hasRoom()).withData("waiting", engineHost.waiting()));
    }

    private static Uni<HealthCheckResponse> response(Supplier<HealthCheckResponseBuilder> state) {
        return Uni.createFrom().item(() -> state.get().build());
    }

    private static HealthCheckResponseBuilder named(String name, boolean up) {
        return HealthCheckResponse.named(name).status(up);
    }
}
