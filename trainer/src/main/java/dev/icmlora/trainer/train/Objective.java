package dev.icmlora.trainer.train;

import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/// What a training run minimises.
interface Objective {
    /// What is trained, by name.
    SequencedMap<String, NDArray> parameters();

    /// The loss of one step. The same step always gives the same batch, so a resumed run needs no random state.
    ///
    /// @param scope owner of everything that is made on the way
    /// @param step number of the step, from 0
    StepLoss step(NDManager scope, long step);

    /// Figures on tasks or examples that are not trained on, by name.
    SequencedMap<String, Double> validate();

    /// @param loss scalar to go backward from
    /// @param figures what the log says about the step
    record StepLoss(NDArray loss, SequencedMap<String, Double> figures) {}
}
