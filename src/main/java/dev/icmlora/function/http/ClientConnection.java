package dev.icmlora.function.http;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.Tenant;

/// The connection of the client whose request is being answered.
@Singleton
final class ClientConnection {

    private final CurrentVertxRequest current;
    private final Access access;

    ClientConnection(CurrentVertxRequest current, Access access) {
        this.current = current;
        this.access = access;
    }

    /// Whose adapters the client sees.
    Tenant tenant() {
        return access.tenant(current.getCurrent());
    }

    /// The same work, cancelled when the client leaves before it is done.
    <T> Uni<T> whileOpen(Uni<T> work) {
        var context = current.getCurrent();
        return Uni.createFrom().emitter(emitter -> {
            var running = work.subscribe().with(emitter::complete, emitter::fail);
            context.addEndHandler(end -> {
                running.cancel();
                emitter.fail(new CancelledException());
            });
        });
    }
}
