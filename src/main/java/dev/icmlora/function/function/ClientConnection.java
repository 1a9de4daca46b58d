package dev.icmlora.function.function;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

import dev.icmlora.function.error.CancelledException;

/// The connection of the client whose request is being answered.
@Singleton
final class ClientConnection {

    private final CurrentVertxRequest current;

    ClientConnection(CurrentVertxRequest current) {
        this.current = current;
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
