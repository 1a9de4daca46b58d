package dev.icmlora.function.http;

import java.util.function.Supplier;

import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.admission.TenantPlaces;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.FunctionConfig.Tenancy;
import dev.icmlora.function.error.QueueFullException;

/// Bounds how many requests read, write or add up adapters at once: each holds whole files in memory, and none of it
/// waits for a worker.
@Singleton
final class FilePlaces {

    private static final int PLACES = 4;
    private static final String PLACE = FilePlaces.class.getName();

    private final TenantPlaces places;

    @Inject
    FilePlaces(FunctionConfig config) {
        this(config.tenancy() == Tenancy.KEY ? PLACES / 2 : PLACES);
    }

    FilePlaces(int ofOneTenant) {
        this.places = new TenantPlaces(PLACES, ofOneTenant, QueueFullException::ofFiles);
    }

    /// Takes a place until the request has ended, and its work with it.
    ///
    /// @throws QueueFullException if there is none
    void take(Tenant tenant, RoutingContext context) {
        var place = new Place(places.enter(tenant));
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

        private final TenantPlaces.Place taken;
        private int users = 1;

        private Place(TenantPlaces.Place taken) {
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
