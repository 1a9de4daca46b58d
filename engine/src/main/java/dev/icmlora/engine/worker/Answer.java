package dev.icmlora.engine.worker;

import java.util.List;

/// One answer.
///
/// @param tokens tokens written
/// @param logprobs one for each token of the text, where they were asked for
public record Answer(String text, Finish finish, int tokens, List<TokenLogprob> logprobs) {}
