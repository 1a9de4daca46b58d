package dev.icmlora.function.api;

import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;

/// What is known of one answer beside its text.
///
/// @param confidence the chance that the answer is right where it is calibrated; else the model's own probability of
/// the answer: of a label, its share among all labels; of a text, that of all its tokens and its end, one after the
/// other
/// @param calibrated whether the confidence was fitted to how often such answers are right: that of a label or
/// a free text by a tuned adapter is
/// @param probabilities of all labels, in the order of the request, 1 together
/// @param secondOpinion whether another model gave the same answer, another one, or another one that counts; absent if
/// none was asked
/// @param reason why there is no output; absent where there is one
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AnswerDetail(
        Double confidence,
        Boolean calibrated,
        Map<String, Double> probabilities,
        String secondOpinion,
        String reason) {}
