package dev.icmlora.function.http;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.ext.Provider;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

import dev.icmlora.function.access.Access;
import dev.icmlora.function.admission.CallerLimit;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.http.ClientConnection.RequestEnd;

/// Replies that may be large: files, and JSON of many or long entries. They are sent in pieces, by so many requests
/// at once, since each keeps what it sends from, such as a connection to the store. What is computed needs no place
/// if it is one piece, and else waits for one. Methods of resources that reply so have a virtual thread.
@Singleton
public final class Downloads {

    private static final int MOST = 32;
    /// For so long what was computed waits for a place. Meanwhile connections are closed that are not read.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final CallerLimit downloads;
    private final CallerLimit waiting;
    private final Access access;
    private final ObjectMapper mapper;

    Downloads(Access access, ObjectMapper mapper) {
        this.downloads = new CallerLimit(MOST, access::share, "downloads are on their way");
        this.waiting = new CallerLimit(MOST, access::share, "large replies wait");
        this.access = access;
        this.mapper = mapper;
    }

    /// Takes a place until the last byte is sent, or the client has left.
    ///
    /// @throws RequestException if there is none
    public void take(RoutingContext context) {
        RequestEnd.of(context).then(downloads.enter(access.caller(context).payer())::leave);
    }

    /// Refuses at once what would wait for a place now: before it is computed.
    ///
    /// @throws RequestException if there is none
    public void requireRoom(RoutingContext context) {
        downloads.refusal(access.caller(context).payer(), 1).ifPresent(refusal -> {
            throw refusal;
        });
    }

    /// JSON, of a request that has a place.
    public Response json(Object entity) {
        return json(new Download(content(entity), null, () -> {}));
    }

    /// JSON that was computed, of a request that has none.
    public Response computed(RoutingContext context, Object entity) {
        return computed(context, content(entity));
    }

    /// @param content writes the JSON
    public Response computed(RoutingContext context, StreamingOutput content) {
        return json(new Download(content, null, place(context)));
    }

    private static Response json(Download download) {
        return Response.ok(download, MediaType.APPLICATION_JSON_TYPE).build();
    }

    /// What sends JSON that is computed for a function, in place of Funqy, which would have all of it in memory. Asked
    /// for by a thread that serves the request.
    Consumer<Object> sender(RoutingContext context) {
        var place = place(context);
        return entity -> {
            context.response().putHeader(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON);
            try {
                new Download(content(entity), null, place).send(context.response());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private StreamingOutput content(Object entity) {
        return out -> mapper.writeValue(out, entity);
    }

    /// What takes a place when there is one. What waits for it is in memory, so no more of them wait than there are
    /// places.
    private Runnable place(RoutingContext context) {
        var end = RequestEnd.of(context);
        var payer = access.caller(context).payer();
        return () -> {
            var waits = waiting.enter(payer);
            try {
                end.then(downloads.await(payer, PATIENCE)::leave);
            } finally {
                waits.leave();
            }
        };
    }

    /// A file or the part that a client asks for, of a request that has a place.
    ///
    /// @param tag of the file's content; null where it has none
    /// @param content writes the whole file
    public static Response.ResponseBuilder file(
            RoutingContext context, EntityTag tag, long bytes, StreamingOutput content) {
        var asked = Range.of(context.request(), tag, bytes);
        if (asked.isEmpty()) {
            return part(Response.Status.OK, content, new Range(0, bytes - 1));
        }
        var part = asked.get();
        if (part.bytes() == 0) {
            return Response.status(Response.Status.REQUESTED_RANGE_NOT_SATISFIABLE)
                    .entity(new byte[0])
                    .header("Content-Range", "bytes */" + bytes);
        }
        return part(Response.Status.PARTIAL_CONTENT, content, part)
                .header("Content-Range", "bytes %d-%d/%d".formatted(part.from(), part.to(), bytes));
    }

    private static Response.ResponseBuilder part(Response.Status status, StreamingOutput content, Range range) {
        return Response.status(status)
                .entity(new Download(content, range, () -> {}))
                .header("Accept-Ranges", "bytes")
                .header(HttpHeaders.CONTENT_LENGTH, range.bytes());
    }

    /// The body of a reply that may be large: it is made while it is sent.
    ///
    /// @param content writes the whole of it
    /// @param range the part of it that is sent; null for all of it, where nothing says how long that is
    /// @param place takes one, if it is larger than a piece
    record Download(StreamingOutput content, Range range, Runnable place) {

        /// Sends it, unless the client leaves.
        void send(HttpServerResponse response) throws IOException {
            var pieces = new Pieces(response, this);
            try {
                writeTo(pieces);
                pieces.end();
            } catch (IOException | RuntimeException e) {
                if (pieces.hasClientLeft) {
                    return;
                }
                if (response.headWritten()) {
                    // The client sees that something is missing.
                    response.reset();
                } else {
                    // It would be that of what is said of the failure.
                    response.headers().remove(HttpHeaders.CONTENT_LENGTH);
                }
                throw e;
            }
        }

        /// Writes what is to be sent. Content that goes on after it is not read to its end.
        void writeTo(OutputStream out) throws IOException {
            if (range == null) {
                content.write(out);
                return;
            }
            var part = new Part(out, range);
            try {
                content.write(part);
            } catch (IOException e) {
                if (!part.isDone()) {
                    throw e;
                }
            }
        }

        private static final class Part extends OutputStream {

            private final OutputStream out;
            private long before;
            private long left;

            private Part(OutputStream out, Range range) {
                this.out = out;
                this.before = range.from();
                this.left = range.bytes();
            }

            private boolean isDone() {
                return left == 0;
            }

            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                var skipped = (int) Math.min(before, length);
                before -= skipped;
                var sent = (int) Math.min(left, length - skipped);
                out.write(bytes, offset + skipped, sent);
                left -= sent;
                if (sent < length - skipped) {
                    throw new IOException("what is wanted is written");
                }
            }
        }
    }

    /// A part of a file that a client asks for with a header `Range` (RFC 9110, section 14).
    ///
    /// @param from first byte
    /// @param to last byte; before `from` if the file has no such part
    record Range(long from, long to) {

        private static final Pattern SINGLE = Pattern.compile("(?i)bytes= *(?:(\\d+)-(\\d*)|-(\\d+)) *");
        private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

        /// @return empty where the whole file is to be sent: to other methods than GET, to a client that has a part of
        /// another file, for several ranges, other units and what is malformed
        private static Optional<Range> of(HttpServerRequest request, EntityTag tag, long length) {
            var header = request.getHeader("Range");
            if (header == null || request.method() != HttpMethod.GET || !isOf(request.getHeader("If-Range"), tag)) {
                return Optional.empty();
            }
            var range = SINGLE.matcher(header);
            if (!range.matches()) {
                return Optional.empty();
            }
            if (range.group(1) == null) {
                var count = number(range.group(3));
                // The last bytes of an empty file are none, which no range says.
                return length == 0 && count > 0
                        ? Optional.empty()
                        : Optional.of(new Range(length - Math.min(count, length), length - 1));
            }
            var from = number(range.group(1));
            var to = range.group(2).isEmpty() ? Long.MAX_VALUE : number(range.group(2));
            return to < from
                    ? Optional.empty()
                    : Optional.of(new Range(Math.min(from, length), Math.min(to, length - 1)));
        }

        /// Whether a part of the file goes on with what the client has.
        ///
        /// @param has the header `If-Range`, or null
        private static boolean isOf(String has, EntityTag tag) {
            return has == null || tag != null && has.equals('"' + tag.getValue() + '"');
        }

        /// No file is longer than the largest `long`.
        private static long number(String digits) {
            return new BigInteger(digits).min(MOST).longValueExact();
        }

        /// How many it has: 0 if the file has no such part.
        long bytes() {
            return Math.max(0, to - from + 1);
        }
    }

    /// Sends a [Download] in pieces, each when the one before has left: a client that does not read costs one
    /// piece. The thread waits meanwhile, so it is a virtual one, and [Connections] ends the waiting.
    @Provider
    public static final class Writer implements ServerMessageBodyWriter<Download> {

        @Override
        public boolean isWriteable(
                Class<?> type, Type genericType, ResteasyReactiveResourceInfo target, MediaType mediaType) {
            return type == Download.class;
        }

        @Override
        public boolean isWriteable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
            return type == Download.class;
        }

        @Override
        public void writeTo(
                Download download,
                Class<?> type,
                Type genericType,
                Annotation[] annotations,
                MediaType mediaType,
                MultivaluedMap<String, Object> headers,
                OutputStream out)
                throws IOException {
            download.writeTo(out);
        }

        @Override
        public void writeResponse(Download download, Type genericType, ServerRequestContext context)
                throws IOException {
            var request = ((ResteasyReactiveRequestContext) context).serverRequest();
            download.send(request.unwrap(RoutingContext.class).response());
        }
    }

    private static final class Pieces extends OutputStream {

        /// In bytes.
        private static final int PIECE = 32 << 10;

        private final HttpServerResponse response;
        private final Runnable place;
        private final byte[] piece = new byte[PIECE];
        private int filled;
        private boolean hasClientLeft;

        private Pieces(HttpServerResponse response, Download download) {
            this.response = response;
            this.place = download.place();
            if (download.range() != null) {
                sayLength(download.range().bytes());
            }
        }

        private void sayLength(long bytes) {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(bytes));
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (var written = 0; written < length; ) {
                if (filled == PIECE) {
                    begin();
                    send();
                }
                var count = Math.min(length - written, PIECE - filled);
                System.arraycopy(bytes, offset + written, piece, filled, count);
                filled += count;
                written += count;
            }
        }

        /// Of several pieces, before the first one.
        private void begin() {
            if (!response.headWritten()) {
                place.run();
                response.setChunked(!hasLength());
            }
        }

        private boolean hasLength() {
            return response.headWritten() || response.headers().contains(HttpHeaders.CONTENT_LENGTH);
        }

        private void send() throws IOException {
            if (response.closed()) {
                throw left("its connection is closed");
            }
            try {
                response.write(Buffer.buffer(Arrays.copyOf(piece, filled)))
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
            } catch (CompletionException e) {
                throw left(e.getCause().getMessage());
            }
            filled = 0;
        }

        private IOException left(String how) {
            hasClientLeft = true;
            return new IOException("the client has left: " + how);
        }

        private void end() throws IOException {
            if (!hasLength()) {
                sayLength(filled);
            }
            send();
            response.end();
        }
    }
}
