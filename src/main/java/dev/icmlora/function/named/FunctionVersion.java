package dev.icmlora.function.named;

/// One version of a function as it is kept.
///
/// @param number from 1 on
/// @param content its definition, as JSON
/// @param isNew whether this call made it
public record FunctionVersion(int number, byte[] content, boolean isNew) {}
