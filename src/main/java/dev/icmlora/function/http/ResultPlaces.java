package dev.icmlora.function.http;

import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.admission.TenantPlaces;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.FunctionConfig.Tenancy;
import dev.icmlora.function.error.QueueFullException;

/// Bounds how many results of jobs are downloaded at once: a client that reads slowly keeps a thread, and one of the
/// few connections to the store.
@Singleton
public final class ResultPlaces {

    private static final int PLACES = 16;

    private final TenantPlaces places;

    ResultPlaces(FunctionConfig config) {
        this.places = new TenantPlaces(
                PLACES, config.tenancy() == Tenancy.KEY ? PLACES / 2 : PLACES, QueueFullException::ofResults);
    }

    /// Takes a place until the request has ended.
    ///
    /// @throws QueueFullException if there is none
    public void take(Tenant tenant, RoutingContext context) {
        RequestEnd.of(context).then(places.enter(tenant)::close);
    }
}
