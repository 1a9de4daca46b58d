package dev.icmlora.engine;

import java.util.List;
import java.util.Optional;

import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.LabelBias;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.engine.worker.Wanted;

/// Prompts, and whom they are put to.
///
/// @param adapter empty for the base model alone
/// @param bias of whom they are put to, where the answer is one of some labels
public record Asked(Optional<ScaledAdapter> adapter, List<int[]> prompts, LabelBias bias) {

    /// One of whom no bias is known.
    public Asked(Optional<ScaledAdapter> adapter, List<int[]> prompts) {
        this(adapter, prompts, LabelBias.NONE);
    }

    /// Some of the prompts.
    Asked only(List<Integer> places) {
        return new Asked(adapter, places.stream().map(prompts::get).toList(), bias);
    }

    /// What is wanted of this one.
    Wanted of(Wanted wanted) {
        return wanted instanceof Choosing choosing ? choosing.by(bias) : wanted;
    }
}
