package dev.icmlora.function.config;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/// The limits of [FunctionConfig]. Outside them the function does not start.
@Singleton
final class FunctionConfigLimits {

    private final FunctionConfig config;

    FunctionConfigLimits(FunctionConfig config) {
        this.config = config;
    }

    /// Before anything is loaded.
    ///
    /// @throws StartupException for settings outside their limits
    void check(@Observes @Priority(2) StartupEvent event) {
        var worker = config.worker();
        var limits = config.limits();
        new SettingLimits("icm-lora")
                .between(1, 512, "threads", config.threads())
                .between(1, 64, "workers", config.workers())
                .atLeastOneMillisecond("request-timeout", config.requestTimeout())
                .atLeast(1, "rate-limit.requests-per-minute", config.rateLimit().requestsPerMinute())
                .between(
                        1,
                        1_000_000_000_000L,
                        "rate-limit.tokens-per-day",
                        config.rateLimit().tokensPerDay())
                .between(1, 8, "max-loras", config.maxLoras())
                .between(1, 64, "worker.sequences", worker.sequences())
                .between(
                        Math.max(64, worker.sequences() + 49), 1 << 23, "worker.context-tokens", worker.contextTokens())
                .between(64, worker.contextTokens(), "worker.batch-tokens", worker.batchTokens())
                .atLeast(1, "queue.capacity", config.queue().capacity())
                .between(1, 256, "adapter.max-rank", config.adapter().maxRank())
                .atLeast(1, "limits.inputs", limits.inputs())
                .atLeast(1, "limits.budget-millis", limits.budgetMillis())
                .require();
    }
}
