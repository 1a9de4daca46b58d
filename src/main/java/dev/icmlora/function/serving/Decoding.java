package dev.icmlora.function.serving;

import java.util.List;

import dev.icmlora.llama.SamplingOptions;

/// How answers are written.
///
/// @param sampling how a token is chosen; input number `i` samples with seed `+ i`
/// @param maxTokens most tokens of one answer
/// @param stops an answer ends before the first of these
record Decoding(SamplingOptions sampling, int maxTokens, List<String> stops) {}
