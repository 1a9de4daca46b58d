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

/// A misspelt variable stops the start. Quarkus says so of system properties and files, but not of the
/// environment, where `ICM_LORA_WORKER=2` would do nothing.
@Singleton
final class UnknownVariables {

    private static final String KEYS = "icm-lora.";
    private static final String VARIABLES = new Setting(KEYS).variable();

    /// What a shell has for the command line.
    private static final Set<String> OF_A_CLIENT = Set.of("ICM_LORA_URL", "ICM_LORA_IDENTITY_TOKEN", "ICM_LORA_DEBUG");

    /// What Kubernetes tells a pod of a Service, which may be called `icm-lora`.
    private static final Predicate<String> OF_A_SERVICE = Pattern.compile(
                    "_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$")
            .asPredicate();

    private final Config config;

    UnknownVariables(Config config) {
        this.config = config;
    }

    /// Before anything is loaded.
    ///
    /// @throws StartupException that names all of them
    void refuse(@Observes @Priority(1) StartupEvent event) {
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
}
