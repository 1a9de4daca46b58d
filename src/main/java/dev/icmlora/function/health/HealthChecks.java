package dev.icmlora.function.health;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

import dev.icmlora.function.serving.Slot;

/// What an orchestrator asks: `/q/health/started`, `/q/health/live`, `/q/health/ready`.
@Singleton
final class HealthChecks {

    private final Slot slot;

    HealthChecks(Slot slot) {
        this.slot = slot;
    }

    /// Model and generator are loaded and have answered once.
    @Produces
    @Startup
    @Singleton
    HealthCheck started() {
        return () -> named("warmed up", slot.isStarted()).build();
    }

    /// The thread that owns the native side does not hang.
    @Produces
    @Liveness
    @Singleton
    HealthCheck live() {
        return () -> named("slot thread", slot.isAlive())
                .withData("busy", slot.isBusy())
                .build();
    }

    /// Another request would be taken.
    @Produces
    @Readiness
    @Singleton
    HealthCheck ready() {
        return () -> named("room in the queue", slot.isStarted() && slot.hasRoom())
                .withData("waiting", slot.waiting())
                .build();
    }

    private static HealthCheckResponseBuilder named(String name, boolean up) {
        return HealthCheckResponse.named(name).status(up);
    }
}
