package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Requests keep as well apart with a second worker, and both work at the same time.
@Tag("slow")
@QuarkusTest
@TestProfile(TwoWorkersTest.TwoSlots.class)
class TwoWorkersTest extends IsolationTest {

    public static final class TwoSlots implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("icm-lora.workers", "2");
        }
    }

    @Test
    void bothWorkAtTheSameTime() throws Exception {
        try (var clients = Executors.newFixedThreadPool(2)) {
            var stories = List.of("about a cat", "about a dog").stream()
                    .map(about -> clients.submit(() -> tell(about)))
                    .toList();
            var mostBusy = 0;
            while (!stories.stream().allMatch(story -> story.isDone())) {
                mostBusy = Math.max(mostBusy, busyWorkers());
            }

            assertThat(mostBusy).isEqualTo(2);
            for (var story : stories) {
                story.get();
            }
        }
    }

    private static ValidatableResponse tell(String about) {
        var task = task("Tell a long story " + about + ".", List.of());
        return generate(with(with(body(task, "once", "twice", "for ever"), "mode", "adapter"), "max_tokens", 200));
    }

    private static int busyWorkers() {
        return given().get("/q/health/live").path("checks.find { it.name == 'worker threads' }.data.busy");
    }
}
