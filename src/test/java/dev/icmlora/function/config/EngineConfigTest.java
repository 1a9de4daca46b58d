package dev.icmlora.function.config;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that are not there stop the start.
class EngineConfigTest {

    @ParameterizedTest
    @ValueSource(strings = {"ICM_LORA_MODEL", "ICM_LORA_GENERATOR", "ICM_LORA_NATIVE_DIR"})
    void whatIsMissingIsNamed(String variable) {
        var config = DefaultConfig.with(Map.of(variable, "/no/such/place"), FunctionConfig.class)
                .getConfigMapping(FunctionConfig.class);

        assertThatExceptionOfType(StartupException.class)
                .isThrownBy(() -> EngineConfig.files(config))
                .withMessageContaining("(" + variable + ")")
                .withMessageContaining("/no/such/place");
    }
}
