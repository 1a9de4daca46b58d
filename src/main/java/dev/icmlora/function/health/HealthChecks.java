package dev.icmlora.function.health;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

import dev.icmlora.function.serving.Scheduler;

/// What an orchestrator asks: `/q/health/started`, `/q/health/live`, `/q/health/ready`.
@Singleton
final class HealthChecks {

    private final Scheduler scheduler;

    HealthChecks(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /// Model and generator are loaded and have answered once.
    @Produces
    @Startup
    @Singleton
    HealthCheck started() {
        return () -> named("warmed up", scheduler.isStarted()).build();
    }

    /// The base model is the one that was checked.
    @Produces
    @Liveness
    @Singleton
    HealthCheck model() {
        return () -> named("base model", scheduler.isModelIntact()).build();
    }

    /// No thread that owns a slot's native side hangs, or fails at all that it does.
    @Produces
    @Liveness
    @Singleton
    HealthCheck live() {
        return () -> named("slot threads", scheduler.isAlive())
                .withData("busy", scheduler.busySlots())
                .build();
    }

    /// Another request would be taken.
    @Produces
    @Readiness
    @Singleton
    HealthCheck ready() {
        return () -> named("room in the queue", scheduler.hasRoom())
                .withData("waiting", scheduler.waiting())
                .build();
    }

    private static HealthCheckResponseBuilder named(String name, boolean up) {
        return HealthCheckResponse.named(name).status(up);
    }
}
