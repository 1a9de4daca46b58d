package dev.icmlora.function.events;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;

/// Deals with events on threads that may wait. A sender that hangs up does not stop a delivery: what it did is not to
/// be done again when the event comes back.
@Singleton
final class EventDeliveries {

    private final TaskEvents events;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("event ", 0).factory());

    EventDeliveries(TaskEvents events) {
        this.events = events;
    }

    Uni<Void> deliver(Supplier<StorageEvent> event) {
        return Uni.createFrom().voidItem().emitOn(threads).invoke(() -> events.handle(event.get()));
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }
}
