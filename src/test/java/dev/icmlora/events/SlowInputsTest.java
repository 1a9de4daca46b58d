package dev.icmlora.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.events.EventReader.ObjectCreated;
import dev.icmlora.events.TaskEvents.Outcome;
import dev.icmlora.function.Requests;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.storage.Bucket;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.Content;
import dev.icmlora.storage.local.LocalStore;

/// Inputs that take longer than a request may, where a delivery has time for one attempt only.
@Tag("slow")
@QuarkusTest
@TestProfile(SlowInputsTest.LittleTime.class)
class SlowInputsTest {

    public static final class LittleTime implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "icm-lora.request-timeout", "1s", "icm-lora.events.deadline", "1ms", "icm-lora.events.batch", "32");
        }
    }

    /// Too few for what took more to be an accident, and more than each input needs where a busy machine is late.
    private static final int MOST_DELIVERIES = 12;

    @Inject
    TaskEvents events;

    @TempDir
    Path folder;

    private final List<String> inputs = List.of("one", "", "two", "", "three");

    private Outcome deliver() {
        var event = new ObjectCreated(Bucket.local(folder), "tasks/slow.json", Optional.empty());
        return events.handle(new LocalStore(folder), event);
    }

    private JsonNode state() {
        try {
            return Requests.json(Files.readString(folder.resolve("results/slow.state.json")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private int done() {
        return state().at("/tally/answered").intValue()
                + state().at("/tally/failed").intValue();
    }

    @Test
    void eachDeliveryComesFurtherUntilAllInputsHaveAnAnswerOrAReason() throws Exception {
        // Such an answer is longer than a second on any machine.
        var task = Requests.JSON.writeValueAsString(Map.of(
                "task",
                Map.of("description", "Count."),
                "mode",
                "plain",
                "schema",
                Map.of("type", "array", "items", Map.of("type", "integer"), "minItems", 1000),
                "max_tokens",
                3900,
                "inputs",
                inputs));
        new LocalStore(folder)
                .write("tasks/slow.json", Content.of(task.getBytes(UTF_8)), Map.of(), new Condition.IfAbsent());

        var most = 0;
        var deliveries = 0;
        var outcome = Optional.<Outcome>empty();
        while (outcome.isEmpty() && deliveries < MOST_DELIVERIES) {
            deliveries++;
            try {
                outcome = Optional.of(deliver());
            } catch (RequestException e) {
                e.unless(Kind.NOT_DONE);
                assertThat(done()).isGreaterThanOrEqualTo(most);
                most = done();
            }
        }

        assertThat(outcome).contains(Outcome.COMPLETED);
        // What was stored on the way is not all that there is: the last delivery had not all to do.
        assertThat(most).isPositive();
        var lines = Files.readAllLines(folder.resolve("results/slow.jsonl")).stream()
                .map(Requests::json)
                .toList();
        assertThat(lines)
                .extracting(line -> line.get("index").asInt())
                .isEqualTo(IntStream.range(0, inputs.size()).boxed().toList());
        assertThat(lines.get(0).get("error").asText()).contains("not answered within 1000 ms, which is the limit");
        assertThat(lines.get(1).get("error").asText()).isEqualTo("/inputs/1 must not be empty");
        assertThat(lines).allMatch(line -> line.has("error"));
    }
}
