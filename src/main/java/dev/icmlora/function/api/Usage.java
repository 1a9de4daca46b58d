package dev.icmlora.function.api;

/// Tokens of a request.
///
/// @param promptTokens tokens that the model read, a prompt prefix shared by several inputs once
/// @param completionTokens tokens that it wrote
public record Usage(int promptTokens, int completionTokens) {}
