package dev.icmlora.function.api;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// Body of `POST /adapter`.
@Schema(additionalProperties = Schema.False.class)
public record AdapterRequest(@Schema(required = true) TaskBody task) {}
