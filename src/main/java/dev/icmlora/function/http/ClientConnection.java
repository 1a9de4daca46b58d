package dev.icmlora.function.http;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.Role;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.access.TokenAccount;
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

    /// Asked before any work.
    ///
    /// @throws RequestException if the client has none of these roles
    public void require(Role... anyOf) {
        access.require(current.getCurrent(), anyOf);
    }

    /// Whose adapters the client sees.
    public Tenant tenant() {
        return access.tenant(current.getCurrent());
    }

    /// The tokens that the client may use.
    public TokenAccount account() {
        return access.account(current.getCurrent());
    }

    /// Who pays for what the client asks for, as [Access#payer].
    public String payer() {
        return access.payer(current.getCurrent());
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
