package dev.icmlora.trainer.paper;

import java.util.List;
import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.trainer.model.Lora;

/// A conditional variational autoencoder of adapters, as training sees it: q(z | dB, c), a prior and a decoder.
public interface Cvae extends AutoCloseable {
    /// The losses of reconstructing trained adapters.
    ///
    /// @param error mean square error of dB, in units of its standard deviation `[1]`
    /// @param divergence KL(q(z given dB and c) || p(z given c)) of each dimension `[tasks, latent]`
    record Reconstruction(NDArray error, NDArray divergence) {}

    /// What is trained, by name.
    SequencedMap<String, NDArray> parameters();

    /// What gets no gradient but belongs in a checkpoint, by name.
    SequencedMap<String, NDArray> constants();

    /// Dimensions of z.
    int latent();

    /// @param vectors standardised task vectors, one a task
    /// @param deltas dB of each module `[tasks, layers, out * rank]`
    /// @param noise `[tasks][latent]` standard normal
    /// @param spreads standard deviation of each module's dB `[modules]`
    Reconstruction reconstruct(
            NDManager scope, float[][] vectors, List<NDArray> deltas, float[][] noise, NDArray spreads);

    /// The adapter that each task vector gets without chance.
    Lora adapters(NDManager scope, float[][] vectors, NDArray spreads);

    @Override
    void close();
}
