package dev.icmlora.function.config;

import java.util.Locale;

/// A setting, such as `icm-lora.native-dir`.
public record Setting(String key) {

    /// The environment variable that sets it too.
    String variable() {
        return key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    @Override
    public String toString() {
        return "%s (%s)".formatted(key, variable());
    }
}
