package dev.icmlora.trainer.generator;

import dev.icmlora.trainer.vectors.VectorLayer;
import dev.icmlora.trainer.vectors.VectorPools;

/// What a generator's networks are trained with.
///
/// @param kl how the KL term counts
/// @param vectors task vectors of each task
/// @param vectorLayer where they are taken
public record GeneratorSettings(KlTerm kl, int vectors, VectorLayer vectorLayer) {

    public static final GeneratorSettings DEFAULT =
            new GeneratorSettings(new KlTerm(2e-4f, 100), VectorPools.EACH, VectorLayer.DEFAULT);

    /// Dimensions of z.
    static final int LATENT = 64;

    /// Of prior and decoder.
    static final int UNITS = 512;

    /// The same with so many task vectors of each task.
    public GeneratorSettings withVectors(int count) {
        return new GeneratorSettings(kl, count, vectorLayer);
    }

    /// Names a run that is made with these.
    @Override
    public String toString() {
        return "latent %d beta %s, %d vectors after %s".formatted(LATENT, kl.beta(), vectors, vectorLayer);
    }
}
