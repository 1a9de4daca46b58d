package dev.icmlora.function.config;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.events.EventsConfig;
import dev.icmlora.function.storage.StorageConfig;

/// What a variable of the environment is called is a setting's name, or stops the start.
class UnknownVariablesTest {

    @Test
    void areNamed() {
        assertThatThrownBy(() -> start("ICM_LORA_WORKER", "ICM_LORA_WORKERS", "ICM_LORA_EVENTS_BUCKET", "HOME"))
                .isInstanceOf(StartupException.class)
                .hasMessageStartingWith("ICM_LORA_EVENTS_BUCKET, ICM_LORA_WORKER is set, but");
    }

    /// A name has one word: of two, the second would be a part of the first.
    @Test
    void aCallerOfTwoWordsIsNamed() {
        assertThatThrownBy(() -> start("ICM_LORA_API_KEYS_ALICE_BROWN"))
                .hasMessageStartingWith("ICM_LORA_API_KEYS_ALICE_BROWN is set, but");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ICM_LORA_WORKERS",
                "ICM_LORA_API_KEYS_ALICE",
                "ICM_LORA_ROLES_ALICE",
                "ICM_LORA_EVENTS_LIMITS_INPUTS",
                "ICM_LORA_STORAGE_S3_REGION",
                // A shell's, for the command line.
                "ICM_LORA_URL",
                // Kubernetes', for Services called icm-lora and icm-lora-tenant.
                "ICM_LORA_SERVICE_HOST",
                "ICM_LORA_SERVICE_PORT_HTTP",
                "ICM_LORA_PORT",
                "ICM_LORA_PORT_80_TCP",
                "ICM_LORA_PORT_80_TCP_ADDR",
                "ICM_LORA_TENANT_SERVICE_HOST"
            })
    void othersAreTaken(String variable) {
        assertThatCode(() -> start(variable)).doesNotThrowAnyException();
    }

    private static void start(String... variables) {
        var environment =
                Stream.of(variables).collect(Collectors.toMap(variable -> variable, UnknownVariablesTest::value));
        var config = DefaultConfig.with(environment, FunctionConfig.class, EventsConfig.class, StorageConfig.class);
        SettingsCheck.requireKnown(config);
    }

    private static String value(String variable) {
        return variable.contains("ROLES") ? "call" : "1";
    }
}
