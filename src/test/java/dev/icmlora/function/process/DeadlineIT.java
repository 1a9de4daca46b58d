package dev.icmlora.function.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A limit that leaves no time for all that a request wants, beside processors that are busy: no other test runs then.
@Tag("alone")
class DeadlineIT {

    private static final int MANY = 64;
    private static final List<String> WINDS = List.of("north", "east", "south", "west");

    private static Duration fingerprint;

    @TempDir
    Path folder;

    @BeforeAll
    static void readATask(@TempDir Path folder) throws Exception {
        fingerprint = CutShortIT.fingerprint(folder);
    }

    @Test
    void manyTextsAreAnsweredInTimeAndByTheTunedAdapterLater() throws Exception {
        try (var function = start(fewSeconds())) {
            var address = function.awaitAddress();
            var body = new HashMap<>(manyExamples("The secret words, please.", "mild thunder"));
            body.put("max_tokens", 2);
            body.put("tune", Map.of("steps", 2));

            var reply = whileOthersCompute(() -> CutShortIT.reply(address, body));

            assertThat(reply.getList("outputs")).hasSize(MANY);
            assertThat(reply.getString("selection.served")).startsWith("adapter");
            assertThat(reply.getBoolean("selection.hurried")).isTrue();
            assertThat(reply.getString("tuning.state")).isEqualTo("waiting");
            body.put("inputs", List.of("0"));
            CutShortIT.awaitLater(() -> CutShortIT.reply(address, body)
                    .getString("selection.served")
                    .equals("tuned"));
        }
    }

    @Test
    void manyLabelsAreAnsweredInTimeAndByAHeadLater() throws Exception {
        try (var function = start(fewSeconds())) {
            var address = function.awaitAddress();
            var body = new HashMap<>(manyExamples("Where does it come from?", null));
            body.put("labels", WINDS);

            var reply = whileOthersCompute(() -> CutShortIT.reply(address, body));

            assertThat(reply.getList("outputs")).hasSize(MANY).isSubsetOf(WINDS);
            assertThat(reply.getBoolean("selection.hurried")).isTrue();
            assertThat(reply.getString("tuning.state")).isEqualTo("waiting");
            body.put("inputs", List.of("0"));
            CutShortIT.awaitLater(() -> CutShortIT.reply(address, body).get("selection.weights") != null);
        }
    }

    /// Five, more on a machine that is slow or does something else.
    private static Duration fewSeconds() {
        var five = Duration.ofSeconds(5);
        var slow = fingerprint.multipliedBy(7);
        return slow.compareTo(five) > 0 ? slow : five;
    }

    private FunctionProcess start(Duration limit) throws IOException {
        return FunctionProcess.start(folder, Map.of("ICM_LORA_REQUEST_TIMEOUT", limit.toString()));
    }

    /// Sixty tokens each.
    ///
    /// @param output of all, with a number; null for one of the labels
    private static Map<String, Object> manyExamples(String description, String output) {
        var examples = IntStream.range(0, MANY)
                .mapToObj(i -> Map.of(
                        "input",
                        (i + " quartz vole ").repeat(9),
                        "output",
                        output == null ? WINDS.get(i % WINDS.size()) : output + " " + i))
                .toList();
        var inputs = IntStream.range(0, MANY).mapToObj(Integer::toString).toList();
        return Map.of("task", Map.of("description", description, "examples", examples), "inputs", inputs);
    }

    /// On all processors but one.
    private static <T> T whileOthersCompute(Callable<T> work) throws Exception {
        var isOver = new AtomicBoolean();
        for (var i = 1; i < Runtime.getRuntime().availableProcessors(); i++) {
            Thread.ofPlatform().daemon().start(() -> {
                while (!isOver.get()) {
                    Thread.onSpinWait();
                }
            });
        }
        try {
            return work.call();
        } finally {
            isOver.set(true);
        }
    }
}
