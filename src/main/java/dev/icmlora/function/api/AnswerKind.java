package dev.icmlora.function.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/// A kind of answer, beside labels and JSON by a schema.
public enum AnswerKind {
    /// A piece of the input, word for word.
    @JsonProperty("span")
    SPAN
}
