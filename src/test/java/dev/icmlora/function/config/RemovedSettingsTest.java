package dev.icmlora.function.config;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.Stream;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A setting that is no more stops the start, however it was set.
class RemovedSettingsTest {

    static Stream<String> removed() {
        return Stream.of(RemovedSettings.RENAMED, RemovedSettings.FIXED, RemovedSettings.GONE)
                .flatMap(removed -> removed.keySet().stream());
    }

    @ParameterizedTest
    @MethodSource("removed")
    void isRefusedWhereItIsSet(String key) {
        var variable = new Setting(key).variable();

        refuses(new PropertiesConfigSource(Map.of(key, "1"), "properties", 100), key);
        refuses(new EnvConfigSource(Map.of(variable, "1"), 300), variable);
    }

    private static void refuses(ConfigSource source, String name) {
        assertThatThrownBy(() -> start(source))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining(name)
                .message()
                .doesNotContain("; ");
    }

    @Test
    void whatIsStillThereIsNot() {
        assertThatCode(() -> start(new EnvConfigSource(Map.of("ICM_LORA_WORKERS", "2"), 300)))
                .doesNotThrowAnyException();
    }

    private static void start(ConfigSource source) {
        var config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(source)
                .build();
        new RemovedSettings(config).refuse(null);
    }
}
