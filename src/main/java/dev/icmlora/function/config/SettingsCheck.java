package dev.icmlora.function.config;

import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

/// Settings with which the function does not start: misspelt variables, and values outside the limits of
/// [FunctionConfig].
@Singleton
final class SettingsCheck {

    private static final String KEYS = "icm-lora.";
    private static final String VARIABLES = new Setting(KEYS).variable();

    /// What a shell has for the command line.
    private static final Set<String> OF_A_CLIENT = Set.of("ICM_LORA_URL", "ICM_LORA_IDENTITY_TOKEN", "ICM_LORA_DEBUG");

    /// What Kubernetes tells a pod of a Service, which may be called `icm-lora`.
    private static final Predicate<String> OF_A_SERVICE = Pattern.compile(
                    "_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$")
            .asPredicate();

    /// Before anything is loaded.
    ///
    /// @throws StartupException that names every such setting
    static void check(@Observes @Priority(1) StartupEvent event, Config all, FunctionConfig config) {
        requireKnown(all);
        requireLimits(config);
    }

    /// Quarkus says of system properties and files that one is not known, but not of the environment, where
    /// `ICM_LORA_WORKER=2` would do nothing.
    static void requireKnown(Config config) {
        // A variable that is known has the name of its setting.
        var named = StreamSupport.stream(config.getPropertyNames().spliterator(), false)
                .collect(Collectors.partitioningBy(
                        key -> key.startsWith(KEYS),
                        Collectors.mapping(key -> new Setting(key).variable(), Collectors.toSet())));
        var unknown = named.get(false).stream()
                .filter(variable -> variable.startsWith(VARIABLES))
                .filter(variable -> !named.get(true).contains(variable))
                .filter(variable -> !OF_A_CLIENT.contains(variable))
                .filter(OF_A_SERVICE.negate())
                .sorted()
                .collect(Collectors.joining(", "));
        if (!unknown.isEmpty()) {
            throw new StartupException(
                    unknown + " is set, but the function has no such setting; see docs/configuration.md");
        }
    }

    static void requireLimits(FunctionConfig config) {
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
                .require();
    }
}
