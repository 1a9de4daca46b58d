package dev.icmlora.function.api;

import com.fasterxml.jackson.annotation.JsonInclude;

/// What tuning did for a task.
///
/// @param state `tuned`; `diverged` where the loss grew, so that the adapter from before serves; `waiting` where the
/// task is tuned in the background
/// @param steps that were taken; absent while it waits
/// @param cutShort true where time ended it before its last step: such an adapter has an id of its own, and the task is
/// tuned anew by the next request; else absent
/// @param lossBefore mean cross entropy of an answer token over the examples, before any step
/// @param lossAfter the same with the tuned adapter
/// @param contradictory examples whose input has another output in another example; absent for none
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Tuned(
        String state, Integer steps, Boolean cutShort, Double lossBefore, Double lossAfter, Integer contradictory) {}
