package dev.icmlora.function.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/// Options of tuning an adapter on a task's examples. A field that is absent or null has its default.
///
/// @param steps gradient steps; default by the number of examples: 6 for five, 12 for sixteen and more; without a
/// generator always 12
/// @param when default [When#NOW]
public record Tune(Integer steps, When when) {

    public static final Tune DEFAULT = new Tune(null, null);

    public Tune {
        when = when == null ? When.NOW : when;
    }

    /// The moment at which a task is tuned that is not tuned yet.
    public enum When {
        /// At once: the request waits for it.
        @JsonProperty("now")
        NOW,
        /// Later: the request is answered by the shared adapter with the examples in the prompt, and the task is
        /// tuned afterwards, for later requests.
        @JsonProperty("background")
        BACKGROUND,
        /// Not at all: the request is answered like that.
        @JsonProperty("never")
        NEVER
    }
}
