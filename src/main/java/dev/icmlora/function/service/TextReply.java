package dev.icmlora.function.service;

import java.util.List;

import dev.icmlora.engine.worker.Answer;
import dev.icmlora.function.api.Timing;
import dev.icmlora.function.api.Usage;

/// Texts that were written.
///
/// @param model what wrote them: an adapter's id, a function's name with its version, or the base model's name
/// @param answers the choices of the first prompt, then those of the next
public record TextReply(String model, List<Answer> answers, Usage usage, Timing timing) {}
