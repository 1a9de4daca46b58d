package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import java.time.Duration;
import java.util.Map;

import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.Requests;
import dev.icmlora.function.access.Caller.TokenAccount;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.adapters.AdapterSource.Supplied;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.api.Tune;
import dev.icmlora.function.api.Tune.When;

/// A tuning that takes longer than the time that there is for it, each time. Here each time is enough for one step, as
/// the first is always taken.
@QuarkusTest
class UnfinishedTuningTest {

    private static final int STEPS = 3;

    @Inject
    EngineHost engineHost;

    @Inject
    AdapterSource adapters;

    private static Map<String, Object> tuned(Map<String, Object> task, String mode, When when) {
        var tune = Map.of("steps", STEPS, "when", when.name().toLowerCase());
        return with(with(body(task, "tree"), "mode", mode), "tune", tune);
    }

    /// As a request does that has no time any more.
    private Supplied inNoTime(AdapterKey key) {
        return engineHost.submitLong(TokenAccount.unlimited(""), Duration.ofMinutes(10), turn -> {
            turn.cancellation().leave(() -> Duration.ofHours(1).toSeconds());
            return adapters.of(key.tuned(new Tune(STEPS, When.NOW), turn.engine()), turn);
        });
    }

    @Test
    void theLongestIsServedAndGoneOnFrom() {
        var task = task("Write the plural of the word, in time.", Requests.PLURALS);
        var key = new AdapterKey(
                Tenant.SHARED, Requests.JSON.convertValue(task, TaskBody.class).toTask(), 1);

        assertThat(inNoTime(key).known().key().steps()).isEqualTo(1);
        var second = inNoTime(key).known();
        assertThat(second.key().steps()).isEqualTo(2);

        for (var mode : new String[] {"tuned", "auto"}) {
            generate(tuned(task, mode, When.NEVER))
                    .body("tuning.state", equalTo("tuned"))
                    .body("tuning.steps", equalTo(2))
                    .body("tuning.cut_short", equalTo(true));
        }
        generate(tuned(task, "tuned", When.BACKGROUND))
                .body("adapter.id", equalTo(second.adapter().id()));
        Eventually.until(() -> generate(tuned(task, "tuned", When.NEVER))
                .extract()
                .<Integer>path("tuning.steps")
                .equals(STEPS));

        var whole = generate(tuned(task, "tuned", When.NEVER))
                .body("tuning.cut_short", nullValue())
                .extract()
                .<String>path("adapter.id");
        given().delete("/adapters/" + whole).then().statusCode(204);
        var alone = post("/adapter", Map.of("task", task, "tune", Map.of("steps", STEPS)));
        alone.statusCode(200).body("cached", equalTo(false)).body("id", equalTo(whole));
    }

    /// One that was deleted is not served, and not gone on from.
    @Test
    void whatIsDeletedIsForgotten() {
        var task = task("Write the plural of the word, and forget it.", Requests.PLURALS);
        var key = new AdapterKey(
                Tenant.SHARED, Requests.JSON.convertValue(task, TaskBody.class).toTask(), 1);
        var first = inNoTime(key).known();

        given().delete("/adapters/" + first.adapter().id()).then().statusCode(204);

        generate(tuned(task, "tuned", When.NEVER)).body("selection.served", equalTo("adapter_examples"));
        assertThat(inNoTime(key).known().key().steps()).isEqualTo(1);
    }
}
