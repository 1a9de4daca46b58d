package dev.icmlora.function.config;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;

import org.junit.jupiter.api.Test;

class SettingLimitsTest {

    @Test
    void whatIsOnALimitIsWithinIt() {
        var limits = new SettingLimits("icm-lora")
                .atLeast(1, "queue.capacity", 1)
                .between(1, 64, "workers", OptionalInt.of(1))
                .between(1, 64, "worker.sequences", 64)
                .atLeast(1, "rate-limit.requests-per-minute", OptionalInt.empty())
                .atLeastOneMillisecond("request-timeout", Duration.ofMillis(1))
                .folder("events.tasks-prefix", "a/");

        assertThatCode(limits::require).doesNotThrowAnyException();
    }

    @Test
    void allThatIsOutsideIsNamedWithItsValue() {
        var limits = new SettingLimits("icm-lora")
                .atLeast(1, "queue.capacity", 0)
                .between(1, 64, "workers", OptionalInt.of(65))
                .between(1, 64, "worker.sequences", 0)
                .atLeastOneMillisecond("request-timeout", Duration.ZERO);

        assertThatThrownBy(limits::require)
                .isInstanceOf(StartupException.class)
                .hasMessage("icm-lora.queue.capacity (ICM_LORA_QUEUE_CAPACITY) is 0, but must be at least 1; "
                        + "icm-lora.workers (ICM_LORA_WORKERS) is 65, but must be 1 to 64; "
                        + "icm-lora.worker.sequences (ICM_LORA_WORKER_SEQUENCES) is 0, but must be 1 to 64; "
                        + "icm-lora.request-timeout (ICM_LORA_REQUEST_TIMEOUT) is PT0S, but must be at least 1 ms");
    }

    @Test
    void theFunctionsOwnHaveLimits() {
        var config = DefaultConfig.with(
                        Map.of("ICM_LORA_WORKERS", "65", "ICM_LORA_LIMITS_INPUTS", "0"), FunctionConfig.class)
                .getConfigMapping(FunctionConfig.class);

        assertThatThrownBy(() -> SettingsCheck.requireLimits(config))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("icm-lora.workers (ICM_LORA_WORKERS) is 65, but must be 1 to 64")
                .hasMessageContaining("(ICM_LORA_LIMITS_INPUTS) is 0, but must be at least 1");
    }

    @Test
    void aFolderEndsWithASlashAndDoesNotBeginWithOne() {
        for (var value : new String[] {"", "/", "tasks", "/tasks/"}) {
            var limits = new SettingLimits("icm-lora.events").folder("tasks-prefix", value);

            assertThatThrownBy(limits::require).hasMessageContaining("ICM_LORA_EVENTS_TASKS_PREFIX");
        }
    }
}
