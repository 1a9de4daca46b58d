package dev.icmlora.function.health;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

import dev.icmlora.function.admission.EngineHost;

/// What an orchestrator asks: `/q/health/started`, `/q/health/live`, `/q/health/ready`.
@Singleton
final class HealthChecks {

    private final EngineHost engineHost;

    HealthChecks(EngineHost engineHost) {
        this.engineHost = engineHost;
    }

    /// Model and generator are loaded and have answered once.
    @Produces
    @Startup
    @Singleton
    HealthCheck started() {
        return () -> named("warmed up", engineHost.isStarted()).build();
    }

    /// The base model is the one that was checked.
    @Produces
    @Liveness
    @Singleton
    HealthCheck model() {
        return () -> named("base model", engineHost.isModelIntact()).build();
    }

    /// No thread that owns a worker's native side hangs, or fails at all that it does.
    @Produces
    @Liveness
    @Singleton
    HealthCheck live() {
        return () -> named("worker threads", engineHost.isAlive())
                .withData("busy", engineHost.busyWorkers())
                .build();
    }

    /// Another request would be taken.
    @Produces
    @Readiness
    @Singleton
    HealthCheck ready() {
        return () -> named("room in the queue", engineHost.hasRoom())
                .withData("waiting", engineHost.waiting())
                .build();
    }

    private static HealthCheckResponseBuilder named(String name, boolean up) {
        return HealthCheckResponse.named(name).status(up);
    }
}
