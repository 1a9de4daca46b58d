package dev.icmlora.function.http;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Role;
import dev.icmlora.function.error.RequestException;

/// The connection of the client whose request is being answered.
@Singleton
public final class ClientConnection {

    private final CurrentVertxRequest current;
    private final Access access;

    ClientConnection(CurrentVertxRequest current, Access access) {
        this.current = current;
        this.access = access;
    }

    /// Who asks, and has one of these roles. Asked before any work.
    ///
    /// @throws RequestException if the client has none of them
    public Caller require(Role... anyOf) {
        return access.require(current.getCurrent(), anyOf);
    }

    /// The same work, cancelled when the client leaves before it is done.
    public <T> Uni<T> whileOpen(Uni<T> work) {
        var end = RequestEnd.of(current.getCurrent());
        return Uni.createFrom().emitter(emitter -> {
            var running = work.subscribe().with(emitter::complete, emitter::fail);
            // The client may have left meanwhile.
            end.then(() -> {
                running.cancel();
                emitter.fail(new CancelledException());
            });
        });
    }
}
