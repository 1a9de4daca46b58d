package dev.icmlora.function.config;

import io.smallrye.config.SmallRyeConfigBuilder;

/// Settings that nobody changed, for tests that start no Quarkus.
public final class DefaultConfig {

    private DefaultConfig() {}

    public static <T> T of(Class<T> mapping) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .withMapping(mapping)
                .build()
                .getConfigMapping(mapping);
    }
}
