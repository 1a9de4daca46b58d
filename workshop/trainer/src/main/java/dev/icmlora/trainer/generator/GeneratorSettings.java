package dev.icmlora.trainer.generator;

import dev.icmlora.trainer.vectors.VectorLayer;
import dev.icmlora.trainer.vectors.VectorPools;

/// Sizes of a generator's networks, and what they are trained with.
///
/// @param latent dimensions of z
/// @param kl how the KL term counts
/// @param vectors task vectors of each task
/// @param vectorLayer where they are taken
public record GeneratorSettings(
        int latent, int priorUnits, int decoderUnits, KlTerm kl, int vectors, VectorLayer vectorLayer) {

    public static final GeneratorSettings DEFAULT =
            new GeneratorSettings(64, 512, 512, new KlTerm(2e-4f, 100), VectorPools.EACH, VectorLayer.DEFAULT);

    /// The same with so many task vectors of each task.
    public GeneratorSettings withVectors(int count) {
        return new GeneratorSettings(latent, priorUnits, decoderUnits, kl, count, vectorLayer);
    }

    /// Names a run that is made with these.
    @Override
    public String toString() {
        return "latent %d beta %s, %d vectors after %s".formatted(latent, kl.beta(), vectors, vectorLayer);
    }
}
