package dev.icmlora.cli.function;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;

import com.google.gson.JsonObject;

/// The JSON objects of a reply that is a stream of server-sent events, as they come.
final class EventStream implements AutoCloseable {
    private static final String EVENT = "data: ";
    private static final String LAST_EVENT = "[DONE]";

    private final Stream<String> lines;
    private final Iterator<String> events;

    /// @param lines of the reply; closed with this
    EventStream(Stream<String> lines) {
        this.lines = lines;
        this.events = lines.filter(line -> line.startsWith(EVENT)).iterator();
    }

    /// Waits for the next one.
    ///
    /// @return empty where the function says that there is none
    /// @throws IOException if it says that it failed, or broke off
    Optional<JsonObject> next() throws IOException {
        try {
            if (!events.hasNext()) {
                throw new IOException("the function broke off in the middle of its answer");
            }
        } catch (UncheckedIOException e) {
            throw new IOException("the function broke off in the middle of its answer", e);
        }
        String data = events.next().substring(EVENT.length());
        if (data.equals(LAST_EVENT)) {
            return Optional.empty();
        }
        JsonObject event = Replies.object(data);
        if (event.has("error")) {
            throw Replies.refused(200, data);
        }
        return Optional.of(event);
    }

    @Override
    public void close() {
        lines.close();
    }
}
