package dev.icmlora.trainer.loop;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/// The loss that a training run minimises.
public interface Objective {
    /// The figure that decides which checkpoint is the best: loss on tasks or examples that are not trained on.
    String CHOSEN_BY = "unseen_loss";

    /// The same where every task is trained on: loss on examples that were held back.
    String OTHERWISE_CHOSEN_BY = "seen_loss";

    /// What is trained, by name.
    SequencedMap<String, NDArray> parameters();

    /// What stays as it is but belongs in a checkpoint, by name.
    default SequencedMap<String, NDArray> constants() {
        return new LinkedHashMap<>();
    }

    /// The loss of one step. The same step always gives the same batch, so a resumed run needs no random state.
    ///
    /// @param scope owner of everything that is made on the way
    /// @param step number of the step, from 0
    StepLoss step(NDManager scope, long step);

    /// Figures on tasks or examples that are not trained on, by name. The smaller {@link #CHOSEN_BY}, the better.
    SequencedMap<String, Double> validate();

    /// @param loss scalar to go backward from
    /// @param figures what the log says about the step
    record StepLoss(NDArray loss, SequencedMap<String, Double> figures) {}
}
