package dev.icmlora.function.http;

import java.util.function.Supplier;

import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.function.admission.LowPriorityWork;
import dev.icmlora.function.admission.Place;
import dev.icmlora.function.error.RequestException;

/// The places of requests that bring or add up adapters: each holds whole files in memory, and none of it waits for
/// a worker.
@Singleton
final class FilePlaces {

    private static final String PLACE = FilePlaces.class.getName();

    private final LowPriorityWork files;

    FilePlaces(LowPriorityWork files) {
        this.files = files;
    }

    /// Takes a place until the request has ended, and its work with it.
    ///
    /// @throws RequestException if there is none
    void take(String caller, RoutingContext context) {
        var place = files.enter(caller);
        context.put(PLACE, place);
        RequestEnd.of(context).then(place::leave);
    }

    /// Work of a request that has a place. It keeps that, although its client may have left: it still waits
    /// for its turn then, with a thread and a file.
    ///
    /// @throws CancelledException if the client has left before
    <T> T holding(RoutingContext context, Supplier<T> work) {
        return context.<Place>get(PLACE).during(work);
    }
}
