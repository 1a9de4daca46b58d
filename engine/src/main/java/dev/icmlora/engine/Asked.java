package dev.icmlora.engine;

import java.util.List;
import java.util.Optional;

import dev.icmlora.engine.worker.ScaledAdapter;

/// Prompts, and whom they are put to.
///
/// @param adapter empty for the base model alone
public record Asked(Optional<ScaledAdapter> adapter, List<int[]> prompts) {

    /// Some of the prompts.
    Asked only(List<Integer> places) {
        return new Asked(adapter, places.stream().map(prompts::get).toList());
    }
}
