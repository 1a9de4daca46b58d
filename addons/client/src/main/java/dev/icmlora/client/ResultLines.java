package dev.icmlora.client;

import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// Lines of a reply that is the same each time, and may be long. Where the connection breaks, it is asked for
/// again, and goes on with the line that is missing.
final class ResultLines extends Spliterators.AbstractSpliterator<String> {

    private final Transport transport;
    private final Call call;
    private Stream<String> reply;
    private Iterator<String> lines;
    private long seen;
    private int broken;

    private ResultLines(Transport transport, Call call) {
        super(Long.MAX_VALUE, ORDERED | NONNULL);
        this.transport = transport;
        this.call = call;
        open();
    }

    /// @throws IcmLoraException if there is no reply, or one with the status of an error
    static Stream<String> of(Transport transport, Call call) {
        ResultLines lines = new ResultLines(transport, call);
        return StreamSupport.stream(lines, false).onClose(lines::close);
    }

    private void open() {
        reply = transport.lines(call);
        lines = reply.skip(seen).iterator();
    }

    private void close() {
        reply.close();
    }

    @Override
    public boolean tryAdvance(Consumer<? super String> action) {
        if (!hasNext()) {
            close();
            return false;
        }
        String line = lines.next();
        seen++;
        broken = 0;
        action.accept(line);
        return true;
    }

    private boolean hasNext() {
        while (true) {
            try {
                return lines.hasNext();
            } catch (UncheckedIOException e) {
                close();
                broken++;
                if (broken == Transport.MOST_BROKEN) {
                    throw IcmLoraException.unanswered(
                            "The connection to " + transport.address() + " broke", e.getCause());
                }
                open();
            }
        }
    }
}
