package dev.icmlora.adapters;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;

/// The progress of a tuning: an event of `POST /adapter`, for a client that accepts a stream of them.
///
/// @param step steps that are taken
/// @param steps of all
/// @param loss mean cross entropy of an answer's token over the examples of the last step, before that step; absent
/// before the first one is taken
/// @param done share of the work, 0 to 1
/// @param leftMs milliseconds that the rest takes, as far as the time so far tells; absent in the first event
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Progress(int step, int steps, Double loss, double done, Long leftMs) {}
