package dev.icmlora.function.http;

import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.function.access.CallerShare;
import dev.icmlora.function.admission.CallerPlaces;
import dev.icmlora.function.error.RequestException;

/// Bounds how many requests bring or add up adapters at once: each holds whole files in memory, and none of it
/// waits for a worker.
@Singleton
final class FilePlaces {

    private static final int PLACES = 4;
    private static final String PLACE = FilePlaces.class.getName();

    private final CallerPlaces places;

    @Inject
    FilePlaces(CallerShare share) {
        this(share::of);
    }

    FilePlaces(IntUnaryOperator share) {
        this.places = new CallerPlaces(PLACES, share, "adapters are brought or added up");
    }

    /// Takes a place until the request has ended, and its work with it.
    ///
    /// @throws RequestException if there is none
    void take(String caller, RoutingContext context) {
        var place = new Place(places.enter(caller));
        context.put(PLACE, place);
        RequestEnd.of(context).then(place::leave);
    }

    /// Work of a request that has a place. It keeps that, although its client may have left: it still waits
    /// for its turn then, with a thread and a file.
    ///
    /// @throws CancelledException if the client has left before
    <T> T holding(RoutingContext context, Supplier<T> work) {
        Place place = context.get(PLACE);
        place.enter();
        try {
            return work.get();
        } finally {
            place.leave();
        }
    }

    private static final class Place {

        private final CallerPlaces.Place taken;
        private int users = 1;

        private Place(CallerPlaces.Place taken) {
            this.taken = taken;
        }

        private synchronized void enter() {
            if (users == 0) {
                throw new CancelledException();
            }
            users++;
        }

        private synchronized void leave() {
            if (--users == 0) {
                taken.close();
            }
        }
    }
}
