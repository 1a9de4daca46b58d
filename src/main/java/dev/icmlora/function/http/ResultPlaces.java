package dev.icmlora.function.http;

import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.CallerShare;
import dev.icmlora.function.admission.CallerPlaces;
import dev.icmlora.function.error.QueueFullException;

/// Bounds how many results of jobs are downloaded at once: a client that reads slowly keeps a thread, and one of the
/// few connections to the store.
@Singleton
public final class ResultPlaces {

    private static final int PLACES = 16;

    private final CallerPlaces places;

    ResultPlaces(CallerShare share) {
        this.places = new CallerPlaces(PLACES, share::of, QueueFullException::ofResults);
    }

    /// Takes a place until the request has ended.
    ///
    /// @throws QueueFullException if there is none
    public void take(String caller, RoutingContext context) {
        RequestEnd.of(context).then(places.enter(caller)::close);
    }
}
