package dev.icmlora.function.http;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.netty.handler.codec.DecoderException;
import io.quarkus.arc.All;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

import dev.icmlora.function.access.Access;
import dev.icmlora.function.admission.CallerLimit;
import dev.icmlora.function.error.Problem;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.http.ClientConnection.RequestEnd;

/// Reads the bodies of requests into memory: of callers that are let in, no more at once than the heap bears with what
/// is made of them, and not without end. Quarkus would read them before it asks anything of a request.
@Singleton
final class RequestBodies {

    /// Of the heap, so much is for bodies, whose buffers grow by doubling.
    private static final int PART_OF_HEAP = 8;
    /// What a header takes in memory, however short it is.
    private static final int HEADER_BYTES = 128;
    /// What a value of JSON takes in memory for each sign that structures it, however short it is.
    private static final int VALUE_BYTES = 64;

    /// Bytes a second, after the time of grace.
    private static final int SLOWEST = 64 << 10;
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final Duration LOOKS = Duration.ofSeconds(1);

    private static final String READ = RequestBodies.class.getName();

    private final Access access;
    private final List<Route> ofFiles;
    private final Problems problems;
    private final long longest;
    private final CallerLimit held;

    @Inject
    RequestBodies(
            @All List<Route> ofAddons,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize longest,
            Access access,
            Problems problems) {
        this.ofFiles = ofAddons.stream().filter(route -> route.file() != null).toList();
        this.longest = longest.asLongValue();
        this.access = access;
        this.problems = problems;
        var capacity = (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
        this.held = new CallerLimit(capacity, access::share, "bytes of bodies are at work");
    }

    /// As if Quarkus' handler of bodies had seen the request.
    static void passQuarkus(RoutingContext context) {
        ((RoutingContextInternal) context).visitHandler(RoutingContextInternal.BODY_HANDLER);
        context.next();
    }

    void read(RoutingContext context) {
        // A request that is led elsewhere comes twice.
        if (context.get(READ) != null) {
            context.next();
            return;
        }
        if (context.normalizedPath().startsWith("/q/")) {
            admitToQuarkus(context);
            return;
        }
        var file = file(context);
        if (!hasBody(context) && file.isEmpty()) {
            context.next();
            return;
        }
        try {
            var limit = file.map(route -> route.file().applyAsLong(context)).orElse(longest);
            new Body(context, limit, file.isPresent()).read();
        } catch (RequestException e) {
            problems.writeEarly(e.problem(), context);
        }
    }

    /// What Quarkus serves takes no body, and who asks for health is not asked for a key. Quarkus would close the
    /// connection over a long body at once, and a client that still sends would not read why.
    private void admitToQuarkus(RoutingContext context) {
        var length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (isLonger(length, longest)) {
            problems.writeEarly(Problems.bodyTooLong(length, longest), context);
        } else {
            context.next();
        }
    }

    private static boolean isLonger(String length, long limit) {
        return length != null && Long.parseLong(length) > limit;
    }

    private static boolean hasBody(RoutingContext context) {
        var headers = context.request().headers();
        return headers.contains(HttpHeaders.CONTENT_LENGTH) || headers.contains(HttpHeaders.TRANSFER_ENCODING);
    }

    private Optional<Route> file(RoutingContext context) {
        return context.request().method() == HttpMethod.PUT
                ? ofFiles.stream().filter(route -> route.isOf(context)).findFirst()
                : Optional.empty();
    }

    /// Called by the event loop that serves the request.
    private final class Body {

        private final RoutingContext context;
        private final HttpServerRequest request;
        private final long limit;
        private final boolean isFile;
        private final String caller;
        private final long begin = System.nanoTime();
        private final Buffer bytes = Buffer.buffer();
        private int taken;
        private boolean isOver;
        private boolean isInText;
        private boolean isEscaped;

        /// @throws RequestException if there is no room for it
        private Body(RoutingContext context, long limit, boolean isFile) {
            this.context = context;
            this.request = context.request();
            this.limit = limit;
            this.isFile = isFile;
            this.caller = access.caller(context).payer();
            take(request.headers().size() * HEADER_BYTES);
            RequestEnd.of(context).then(this::giveBack);
        }

        private void take(int more) {
            held.take(caller, more);
            taken += more;
        }

        /// Who leaves has its body read all the same.
        private void giveBack() {
            isOver = true;
            if (context.get(READ) == null || context.response().ended()) {
                held.giveBack(caller, taken);
            } else {
                context.vertx().setTimer(GRACE.toMillis(), _ -> held.giveBack(caller, taken));
            }
        }

        private void read() {
            var length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
            if (isLonger(length, limit)) {
                refuse(Problems.bodyTooLong(length, limit));
                return;
            }
            var expected = request.getHeader(HttpHeaders.EXPECT);
            if (expected != null && !expected.equalsIgnoreCase("100-continue")) {
                refuse(Problems.of(417, "Expect may be 100-continue"));
                return;
            }
            if (expected != null && request.version() == HttpVersion.HTTP_1_1) {
                context.response().writeContinue();
            }
            var looks = context.vertx().setPeriodic(GRACE.toMillis(), LOOKS.toMillis(), _ -> look());
            context.addEndHandler(_ -> context.vertx().cancelTimer(looks));
            if (request.isEnded()) {
                end();
                return;
            }
            request.handler(this::add)
                    .endHandler(_ -> {
                        context.vertx().cancelTimer(looks);
                        end();
                    })
                    .exceptionHandler(this::fail)
                    .resume();
        }

        private void add(Buffer piece) {
            if (isOver) {
                return;
            }
            if (bytes.length() + piece.length() > limit) {
                refuse(Problems.bodyTooLong(null, limit));
                return;
            }
            try {
                // A file has a place of its own.
                if (!isFile) {
                    take(piece.length() + VALUE_BYTES * signs(piece));
                }
                bytes.appendBuffer(piece);
            } catch (RequestException e) {
                refuse(e.problem());
            }
        }

        /// How many signs outside of texts structure a piece of JSON, or of JSON lines. Beside each that is of UTF-16,
        /// which Jackson takes too, is a zero.
        private int signs(Buffer piece) {
            var signs = 0;
            for (var sign : piece.getBytes()) {
                if (sign == 0 || sign == '\n' || sign == '\r') {
                    // In no text.
                    signs++;
                } else if (isEscaped) {
                    isEscaped = false;
                } else if (isInText) {
                    isEscaped = sign == '\\';
                    isInText = sign != '"';
                } else {
                    isInText = sign == '"';
                    signs += sign == '{' || sign == '[' || sign == ':' || sign == ',' ? 1 : 0;
                }
            }
            return signs;
        }

        private void look() {
            var time = Duration.ofNanos(System.nanoTime() - begin).minus(GRACE);
            if (!isOver && request.bytesRead() < SLOWEST * time.toSeconds()) {
                refuse(Problems.bodyTooSlow(SLOWEST, GRACE));
            }
        }

        private void refuse(Problem problem) {
            isOver = true;
            problems.writeEarly(problem, context);
        }

        private void end() {
            if (isOver) {
                return;
            }
            context.put(READ, true);
            ((RoutingContextInternal) context).setBody(bytes);
            if (isFile) {
                // Whatever Quarkus would think of its length.
                request.headers().remove(HttpHeaders.CONTENT_LENGTH);
            }
            context.next();
        }

        /// The client has left, or has sent something else than a body.
        private void fail(Throwable failure) {
            if (failure instanceof DecoderException) {
                context.fail(400, failure);
            } else {
                context.fail(failure);
            }
        }
    }
}
