package dev.icmlora.client;

import java.util.Locale;

/// How the function serves a task: `mode` of `/generate`.
public enum Mode {
    /// The function tunes an adapter on three examples or more, and decides by itself with fewer. The first
    /// answer takes the seconds of the tuning.
    AUTO,
    /// An adapter that is generated for the task; the description in the prompt.
    ADAPTER,
    /// An adapter that is generated for the task; description and examples in the prompt.
    ADAPTER_EXAMPLES,
    /// An adapter that is tuned on the examples; the description in the prompt.
    TUNED,
    /// The base model; description and examples in the prompt.
    EXAMPLES,
    /// The base model; the description in the prompt.
    PLAIN;

    /// What it is called in a request.
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
