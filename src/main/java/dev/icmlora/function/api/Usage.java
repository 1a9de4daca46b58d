package dev.icmlora.function.api;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// Tokens of a request.
///
/// @param promptTokens tokens that the model read, a prompt prefix shared by several inputs once
/// @param completionTokens tokens that it wrote
@Schema(requiredProperties = {"prompt_tokens", "completion_tokens"})
public record Usage(int promptTokens, int completionTokens) {}
