package dev.icmlora.function.events;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.config.SettingLimits;
import dev.icmlora.function.config.StartupException;

/// The limits of [EventsConfig]. Outside them the function does not start.
@Singleton
final class EventsConfigLimits {

    private static final int AFTER_THE_FUNCTIONS_OWN = 3;

    private final EventsConfig config;

    EventsConfigLimits(EventsConfig config) {
        this.config = config;
    }

    /// Before anything is loaded.
    ///
    /// @throws StartupException for settings outside their limits
    void check(@Observes @Priority(AFTER_THE_FUNCTIONS_OWN) StartupEvent event) {
        new SettingLimits("icm-lora.events")
                .folder("tasks-prefix", config.tasksPrefix())
                .folder("results-prefix", config.resultsPrefix())
                .folder("adapters-prefix", config.adaptersPrefix())
                .atLeast(1, "jobs", config.jobs())
                .between(1, 256, "batch", config.batch())
                .atLeastOneMillisecond("lease", config.lease())
                .atLeastOneMillisecond("deadline", config.deadline())
                .atLeastOneMillisecond("retry", config.retry())
                .atLeastOneMillisecond("watch-interval", config.watchInterval())
                .atLeast(1, "checkpoint.inputs", config.checkpoint().inputs())
                .atLeast(1, "limits.inputs", config.limits().inputs())
                .require();
    }
}
