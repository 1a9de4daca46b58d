package dev.icmlora.function.api;

import java.util.List;

/// Body of `POST /generate`. A field that is absent or null has its default.
///
/// @param task what to do; either this or `adapter`
/// @param adapter id of a known adapter (`sha256:...`), which brings the task it was generated for
/// @param inputs the texts to answer, each on its own
/// @param mode how to serve; default [Mode#AUTO]
/// @param maxTokens most tokens of one answer; default 64
/// @param temperature 0 (default) takes the likeliest token, more samples
/// @param seed of the sampling; default 0
/// @param scale of the adapter; default 1
/// @param strength of the residual dB in a generated adapter B0 + strength x dB; 0 is B0 itself; default 1
/// @param stop an answer ends before the first of these strings; default none
/// @param candidates most candidates (weights in a form of prompt) that [Mode#AUTO] compares; default 8
/// @param budgetMs milliseconds after which [Mode#AUTO] tries no further weights; default none
public record GenerateRequest(
        TaskBody task,
        String adapter,
        List<String> inputs,
        Mode mode,
        Integer maxTokens,
        Double temperature,
        Integer seed,
        Double scale,
        Double strength,
        List<String> stop,
        Integer candidates,
        Integer budgetMs) {

    public GenerateRequest {
        inputs = inputs == null ? List.of() : inputs;
        mode = mode == null ? Mode.AUTO : mode;
        maxTokens = maxTokens == null ? 64 : maxTokens;
        temperature = temperature == null ? 0 : temperature;
        seed = seed == null ? 0 : seed;
        scale = scale == null ? 1 : scale;
        strength = strength == null ? 1 : strength;
        stop = stop == null ? List.of() : stop;
        candidates = candidates == null ? 8 : candidates;
    }
}
