package dev.icmlora.function.http;

import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.opentelemetry.context.Context;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import org.jboss.logging.MDC;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.service.RequestMeter;

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

    /// Who asks, and may take something away.
    ///
    /// @throws RequestException if the client may not
    public Caller requireDeleter() {
        return access.requireDeleter(current.getCurrent());
    }

    /// Work of this thread, which is interrupted when the client leaves before it is done.
    ///
    /// @throws CancelledException if the client leaves
    public <T> T whileOpen(Supplier<T> work) {
        return await(work, RequestEnd.of(current.getCurrent()));
    }

    /// The same in a virtual thread of its own, for a caller that may not wait.
    public <T> Uni<T> answer(Supplier<T> work) {
        var end = RequestEnd.of(current.getCurrent());
        return Uni.createFrom().item(() -> await(work, end)).runSubscriptionOn(ClientConnection::start);
    }

    /// In no thread of Quarkus', which interrupts its own at the stop: what runs then is still answered.
    private static void start(Runnable work) {
        var id = Objects.requireNonNullElse(MDC.get(RequestMeter.REQUEST_ID), "");
        var task = Context.current().wrap(() -> {
            MDC.put(RequestMeter.REQUEST_ID, id);
            work.run();
        });
        Thread.ofVirtual().name("answer").start(task);
    }

    /// Work that ends early when its client leaves. The thread is not interrupted after it, for it has a reply to
    /// send.
    private static <T> T await(Supplier<T> work, RequestEnd end) {
        var task = new FutureTask<>(work::get);
        end.then(() -> task.cancel(true));
        task.run();
        return switch (task.state()) {
            case SUCCESS -> task.resultNow();
            case CANCELLED -> {
                Thread.interrupted();
                throw new CancelledException();
            }
            case FAILED, RUNNING ->
                throw task.exceptionNow() instanceof RuntimeException failure
                        ? failure
                        : new IllegalStateException(task.exceptionNow());
        };
    }

    /// The end of a request: its answer is sent, or its client has left.
    public static final class RequestEnd {

        private final RoutingContext request;
        /// On which the request ends, so that it does not end between a question and a handler.
        private final io.vertx.core.Context eventLoop;

        private RequestEnd(RoutingContext request, io.vertx.core.Context eventLoop) {
            this.request = request;
            this.eventLoop = eventLoop;
        }

        /// Called by a thread that serves the request.
        public static RequestEnd of(RoutingContext request) {
            return new RequestEnd(request, request.vertx().getOrCreateContext());
        }

        /// Does something once, on the event loop: when the request ends, or soon if it has ended already. Any
        /// thread may call this.
        public void then(Runnable action) {
            var done = new AtomicBoolean();
            eventLoop.runOnContext(_ -> {
                if (request.response().ended() || request.response().closed()) {
                    action.run();
                } else {
                    request.addEndHandler(_ -> {
                        if (done.compareAndSet(false, true)) {
                            action.run();
                        }
                    });
                }
            });
        }
    }
}
