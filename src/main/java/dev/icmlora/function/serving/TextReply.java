package dev.icmlora.function.serving;

import java.util.List;
import java.util.Optional;

import dev.icmlora.function.api.Timing;
import dev.icmlora.function.api.Usage;
import dev.icmlora.engine.worker.Answer;

/// Texts that were written.
///
/// @param model what wrote them: the adapter's id, or the base model's name
/// @param adapter the adapter's id, if one took part
/// @param cached whether that adapter was known before
/// @param answers the choices of the first prompt, then those of the next
public record TextReply(
        String model, Optional<String> adapter, boolean cached, List<Answer> answers, Usage usage, Timing timing) {}
