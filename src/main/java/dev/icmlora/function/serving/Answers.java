package dev.icmlora.function.serving;

import java.util.List;

/// What a decoder wrote.
///
/// @param answers one per prompt
/// @param promptTokens tokens read, a shared prefix once
/// @param promptNanos time of the decodes that read prompts, alone or beside answers
/// @param decodeNanos time of the decodes that wrote only
record Answers(List<Answer> answers, int promptTokens, long promptNanos, long decodeNanos) {

    List<String> texts() {
        return answers.stream().map(Answer::text).toList();
    }

    /// Tokens written.
    int completionTokens() {
        return answers.stream().mapToInt(Answer::tokens).sum();
    }
}
