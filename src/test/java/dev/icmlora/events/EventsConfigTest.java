package dev.icmlora.events;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.icmlora.function.config.DefaultConfig;
import dev.icmlora.function.config.StartupException;

class EventsConfigTest {

    @Test
    void allThatIsOutsideIsNamed() {
        var environment = Map.of("ICM_LORA_EVENTS_TASKS_PREFIX", "/tasks", "ICM_LORA_EVENTS_BATCH", "0");
        var config = DefaultConfig.with(environment, EventsConfig.class).getConfigMapping(EventsConfig.class);

        assertThatThrownBy(() -> new Buckets(null, config).check(null))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("icm-lora.events.tasks-prefix (ICM_LORA_EVENTS_TASKS_PREFIX) is \"/tasks\"")
                .hasMessageContaining("icm-lora.events.batch (ICM_LORA_EVENTS_BATCH) is 0, but must be 1 to 256");
    }
}
