package dev.icmlora.function.serving;

import java.util.List;

/// What a decoder wrote, one text per prompt.
///
/// @param promptTokens tokens read, a shared prefix once
/// @param completionTokens tokens written
/// @param promptNanos time of the decodes that read prompts, alone or beside answers
/// @param decodeNanos time of the decodes that wrote only
record Answers(List<String> texts, int promptTokens, int completionTokens, long promptNanos, long decodeNanos) {}
