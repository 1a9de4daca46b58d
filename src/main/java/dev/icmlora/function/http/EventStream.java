package dev.icmlora.function.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.function.error.RequestException;

/// A reply as server-sent events: what one thread tells is written by another, in the order in which it came. A client
/// that reads slowly makes that one wait, and never who tells: where too much waits to be written, the work ends.
public final class EventStream {

    /// Bytes of a stream that wait to be read.
    private static final int MOST_BYTES = 1 << 20;

    private final ObjectMapper mapper;
    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    public EventStream(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /// @param last whether none follows
    private record Event(byte[] bytes, boolean last) {}

    /// From now on the reply is a stream, and a failure an event of it.
    public void begin() {
        begun.complete(null);
    }

    /// @param data a text as it is, or what becomes JSON
    /// @throws RequestException if the client has left too much unread
    public void add(Object data) {
        if (waiting.get() > MOST_BYTES) {
            throw RequestException.limitReached(MOST_BYTES + " bytes of the stream wait to be read already");
        }
        put(data, false);
    }

    private void put(Object data, boolean last) {
        var bytes = ("data: " + text(data) + "\n\n").getBytes(UTF_8);
        waiting.addAndGet(bytes.length);
        events.add(new Event(bytes, last));
    }

    /// Adds the last event.
    ///
    /// @param data a text as it is, or what becomes JSON
    public void end(Object data) {
        begin();
        put(data, true);
    }

    /// The reply to a request whose work adds to this stream, as soon as there is something to write. The caller may
    /// wait. Work that fails once the stream has begun ends it with an event; else the failure is all there is.
    ///
    /// @param end adds the last event
    /// @param failed what the last event says of a failure
    /// @throws RequestException if there will be nothing to write
    public <T> Response reply(Uni<T> work, Consumer<T> end, Function<Throwable, Object> failed) {
        work.invoke(end).subscribe().with(_ -> {}, failure -> {
            if (!begun.completeExceptionally(failure)) {
                put(failed.apply(failure), true);
            }
        });
        try {
            begun.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
        return Response.ok((StreamingOutput) this::writeTo, MediaType.SERVER_SENT_EVENTS_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .build();
    }

    /// Writes all events, each as soon as it is there.
    private void writeTo(OutputStream out) throws IOException {
        try {
            for (var event = events.take(); ; event = events.take()) {
                out.write(event.bytes());
                out.flush();
                waiting.addAndGet(-event.bytes().length);
                if (event.last()) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException();
        }
    }

    private String text(Object data) {
        try {
            return data instanceof String text ? text : mapper.writeValueAsString(data);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a reply has a JSON form", e);
        }
    }
}
