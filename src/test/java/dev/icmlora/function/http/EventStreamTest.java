package dev.icmlora.function.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.core.StreamingOutput;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.error.RequestException;

/// Events that a client does not read, or not as fast as they come.
class EventStreamTest {

    private static final String EVENT = "x".repeat(1 << 10);
    private static final int MOST_BYTES = 1 << 20;

    private final EventStream events = new EventStream(new ObjectMapper());

    private static String written(Object stream) throws Exception {
        var out = new ByteArrayOutputStream();
        ((StreamingOutput) stream).write(out);
        return out.toString(UTF_8);
    }

    @Test
    void workEndsWhereTooMuchOfItIsNotRead() throws Exception {
        var told = new AtomicInteger();
        var work = Uni.createFrom().item(() -> {
            events.begin();
            while (true) {
                events.add(EVENT);
                told.incrementAndGet();
            }
        });

        var stream = events.reply(work, _ -> {}, Throwable::getMessage).getEntity();

        assertThat(told.get() * EVENT.length()).isBetween(MOST_BYTES - (64 << 10), MOST_BYTES);
        assertThat(written(stream))
                .hasSizeBetween(MOST_BYTES, MOST_BYTES + (64 << 10))
                .endsWith("data: 1048576 bytes of the stream wait to be read already, which is the limit\n\n");
    }

    @Test
    void whatIsReadMakesRoom() throws Exception {
        var work = Uni.createFrom().item(() -> {
            events.begin();
            return "end";
        });
        var stream = events.reply(work, _ -> {}, Throwable::getMessage).getEntity();
        assertThatThrownBy(() -> {
                    while (true) {
                        events.add(EVENT);
                    }
                })
                .isInstanceOf(RequestException.class);
        events.end("[DONE]");

        assertThat(written(stream)).endsWith("data: [DONE]\n\n");

        events.add(EVENT);
    }

    /// What ends a stream may fail too.
    @Test
    void anEndThatCannotBeToldIsAFailure() throws Exception {
        var work = Uni.createFrom().item(() -> {
            events.begin();
            return "end";
        });

        var stream = events.reply(
                        work,
                        end -> {
                            throw new IllegalStateException(end);
                        },
                        Throwable::getMessage)
                .getEntity();

        assertThat(written(stream)).isEqualTo("data: end\n\n");
    }
}
