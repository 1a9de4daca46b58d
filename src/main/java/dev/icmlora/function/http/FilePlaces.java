package dev.icmlora.function.http;

import java.util.concurrent.Semaphore;

import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

import dev.icmlora.function.error.QueueFullException;

/// Bounds how many requests read, write or add up adapters at once: each holds whole files in memory, and none of it
/// waits for a worker.
@Singleton
final class FilePlaces {

    private static final int PLACES = 4;

    private final Semaphore free = new Semaphore(PLACES);

    /// Takes a place until the request has ended.
    ///
    /// @throws QueueFullException if there is none
    void take(RoutingContext context) {
        if (!free.tryAcquire()) {
            throw QueueFullException.ofFiles(PLACES);
        }
        RequestEnd.of(context).then(free::release);
    }
}
