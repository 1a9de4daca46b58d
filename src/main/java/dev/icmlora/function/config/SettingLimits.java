package dev.icmlora.function.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Looks for settings that are outside their limits, and names all of them at once.
///
/// ```java
/// new SettingLimits("icm-lora").between(1, 64, "workers", config.workers()).require();
/// ```
///
/// Hibernate Validator would do the same from annotations, for a fifth of the main thread's time of a start.
public final class SettingLimits {

    private final String prefix;
    private final List<String> broken = new ArrayList<>();

    /// @param prefix what the keys of all settings begin with, without the dot after it
    public SettingLimits(String prefix) {
        this.prefix = prefix;
    }

    public SettingLimits atLeast(long least, String key, long value) {
        return require(value >= least, key, value, "at least " + least);
    }

    public SettingLimits atLeast(long least, String key, OptionalInt value) {
        value.ifPresent(set -> atLeast(least, key, set));
        return this;
    }

    public SettingLimits between(long least, long most, String key, long value) {
        return require(least <= value && value <= most, key, value, "%d to %d".formatted(least, most));
    }

    public SettingLimits between(long least, long most, String key, OptionalInt value) {
        value.ifPresent(set -> between(least, most, key, set));
        return this;
    }

    public SettingLimits between(long least, long most, String key, OptionalLong value) {
        value.ifPresent(set -> between(least, most, key, set));
        return this;
    }

    /// A time that can be waited for.
    public SettingLimits atLeastOneMillisecond(String key, Duration value) {
        return require(value.compareTo(Duration.ofMillis(1)) >= 0, key, value, "at least 1 ms");
    }

    /// What names of objects may begin with, such as `tasks/`.
    public SettingLimits folder(String key, String value) {
        return require(
                value.length() > 1 && !value.startsWith("/") && value.endsWith("/"),
                key,
                '"' + value + '"',
                "a name that ends with / and does not begin with it");
    }

    private SettingLimits require(boolean held, String key, Object value, String limit) {
        if (!held) {
            broken.add("%s is %s, but must be %s".formatted(new Setting(prefix + "." + key), value, limit));
        }
        return this;
    }

    /// @throws StartupException that names every setting that is outside its limits, with its value and the limits
    public void require() {
        if (!broken.isEmpty()) {
            throw new StartupException(String.join("; ", broken));
        }
    }
}
