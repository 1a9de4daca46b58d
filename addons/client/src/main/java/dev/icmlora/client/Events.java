package dev.icmlora.client;

import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;

/// The JSON objects of a reply that comes as server-sent events. A reply is whole with `[DONE]` or an event that has a
/// `reply`.
final class Events extends Spliterators.AbstractSpliterator<JsonNode> {

    private static final String DATA = "data: ";
    private static final String END = "[DONE]";

    private final Transport transport;
    private final Iterator<String> lines;
    private boolean isWhole;

    private Events(Transport transport, Stream<String> lines) {
        super(Long.MAX_VALUE, ORDERED | NONNULL);
        this.transport = transport;
        this.lines = lines.filter(line -> line.startsWith(DATA)).iterator();
    }

    /// @throws IcmLoraException if there is no reply, or one with the status of an error
    static Stream<JsonNode> of(Transport transport, Call call) {
        Stream<String> lines = transport.lines(call.accepting("text/event-stream"));
        return StreamSupport.stream(new Events(transport, lines), false).onClose(lines::close);
    }

    @Override
    public boolean tryAdvance(Consumer<? super JsonNode> action) {
        if (isWhole) {
            return false;
        }
        String data = next();
        if (data.equals(END)) {
            isWhole = true;
            return false;
        }
        JsonNode event = transport.json(data);
        if (event.path("error").isObject()) {
            throw IcmLoraException.failedInStream(event);
        }
        isWhole = event.has("reply");
        action.accept(event);
        return true;
    }

    private String next() {
        try {
            if (lines.hasNext()) {
                return lines.next().substring(DATA.length());
            }
        } catch (UncheckedIOException e) {
            throw IcmLoraException.unanswered("The function broke off in the middle of its answer", e.getCause());
        }
        throw IcmLoraException.unexpected("it breaks off in the middle of an answer");
    }
}
