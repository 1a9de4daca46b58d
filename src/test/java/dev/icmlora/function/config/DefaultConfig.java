package dev.icmlora.function.config;

import java.util.Map;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

/// Settings for tests that start no Quarkus.
public final class DefaultConfig {

    private DefaultConfig() {}

    /// Those that nobody changed.
    public static <T> T of(Class<T> mapping) {
        return with(Map.of(), mapping).getConfigMapping(mapping);
    }

    /// Those of an environment.
    public static SmallRyeConfig with(Map<String, String> environment, Class<?>... mappings) {
        var builder = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .withSources(new EnvConfigSource(environment, 1));
        for (var mapping : mappings) {
            builder.withMapping(mapping);
        }
        return builder.build();
    }
}
