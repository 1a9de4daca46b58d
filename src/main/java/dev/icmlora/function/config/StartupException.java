package dev.icmlora.function.config;

import io.quarkus.runtime.configuration.ConfigurationException;

/// The function cannot start; the message is one sentence that says why and what to do.
///
/// Quarkus prints the message of a [ConfigurationException] alone, without a stack trace, and exits with 1. It looks at
/// the root cause for that, so this has none.
public final class StartupException extends ConfigurationException {

    private static final long serialVersionUID = 1L;

    public StartupException(String message) {
        super(message);
    }
}
