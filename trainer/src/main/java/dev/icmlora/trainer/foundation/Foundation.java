package dev.icmlora.trainer.foundation;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.trainer.generator.GeneratorNetwork;
import dev.icmlora.trainer.generator.GeneratorNetwork.Generated;
import dev.icmlora.trainer.model.Lora;
import dev.icmlora.trainer.shared.SharedAdapter;

/// What tuning begins with: A and B0, and the network whose residual may be added to B0.
///
/// @param network that generates from this B0
record Foundation(SharedAdapter shared, GeneratorNetwork network) {

    /// All that is trained, by name.
    SequencedMap<String, NDArray> parameters() {
        SequencedMap<String, NDArray> parameters = new LinkedHashMap<>(shared.matrices());
        parameters.putAll(network.parameters());
        return parameters;
    }

    /// What is computed of the shared matrices belongs to a scope, until it is closed.
    void lend(NDManager scope) {
        scope.tempAttachAll(shared.matrices().values().toArray(NDArray[]::new));
    }

    /// An adapter for each task, without chance.
    ///
    /// @param vectors standardised task vectors
    /// @param strength of the residual; 0 gives B0 for each
    Lora starts(NDManager scope, float[][] vectors, float strength) {
        float[] strengths = new float[vectors.length];
        Arrays.fill(strengths, strength);
        return starts(scope, vectors, new float[vectors.length][network.latent()], strengths)
                .lora();
    }

    /// @param noise `[tasks][latent]`
    /// @param strengths of the residual of each task
    Generated starts(NDManager scope, float[][] vectors, float[][] noise, float[] strengths) {
        return network.generate(scope, vectors, noise, strengths);
    }
}
