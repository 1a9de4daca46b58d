package dev.icmlora.function.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

/// Settings that the function once had. Where one is still set, it does not start: what was meant would silently not
/// happen.
@Singleton
final class RemovedSettings {

    /// Names that changed, old to new.
    static final Map<String, String> RENAMED = renamed();

    /// What is a constant now, by the name that it had.
    static final Map<String, String> FIXED = fixed();

    /// What there is nothing to set about any more, and why.
    static final Map<String, String> GONE =
            Map.of("icm-lora.limits.candidates", "mode auto compares no candidates any more");

    private final Config config;

    RemovedSettings(Config config) {
        this.config = config;
    }

    private static Map<String, String> renamed() {
        var renamed = new LinkedHashMap<String, String>();
        renamed.put("icm-lora.slots", "icm-lora.workers");
        renamed.put("icm-lora.slot.seats", "icm-lora.max-loras");
        renamed.put("icm-lora.slot.sequences", "icm-lora.worker.sequences");
        renamed.put("icm-lora.slot.context-tokens", "icm-lora.worker.context-tokens");
        renamed.put("icm-lora.slot.batch-tokens", "icm-lora.worker.batch-tokens");
        renamed.put("icm-lora.slot.check-adapters", "icm-lora.worker.check-adapters");
        return renamed;
    }

    private static Map<String, String> fixed() {
        var fixed = new LinkedHashMap<String, String>();
        fixed.put("icm-lora.adapters.summands", "16");
        fixed.put("icm-lora.limits.stops", "8");
        fixed.put("icm-lora.limits.stop-characters", "100");
        fixed.put("icm-lora.limits.scale", "4");
        fixed.put("icm-lora.limits.strength", "4");
        fixed.put("icm-lora.limits.temperature", "2");
        fixed.put("icm-lora.events.checkpoint.interval", "30s");
        fixed.put("icm-lora.events.limits.input-characters", "100000");
        return fixed;
    }

    /// Before anything is loaded.
    ///
    /// @throws StartupException that names all of them, and what to do about each
    void refuse(@Observes @Priority(1) StartupEvent event) {
        var found = new LinkedHashMap<String, String>();
        RENAMED.forEach((was, is) -> found.put(was, "is " + new Setting(is) + " now"));
        FIXED.forEach((was, value) -> found.put(was, "is fixed now, at " + value + ": remove it"));
        GONE.forEach((was, reason) -> found.put(was, reason + ": remove it"));
        found.keySet().removeIf(key -> config.getConfigValue(key).getRawValue() == null);
        if (!found.isEmpty()) {
            throw new StartupException(found.entrySet().stream()
                    .map(entry -> new Setting(entry.getKey()) + " is set, but " + entry.getValue())
                    .collect(Collectors.joining("; ")));
        }
    }
}
