package dev.icmlora.trainer.train;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Options of the commands that train a generator's networks.
final class GeneratorOptions {
    @Option(names = "--latent", description = "Dimensions of z (default: ${DEFAULT-VALUE}).")
    int latent = 64;

    @Option(names = "--prior-units", description = "default: ${DEFAULT-VALUE}")
    int priorUnits = 512;

    @Option(names = "--decoder-units", description = "default: ${DEFAULT-VALUE}")
    int decoderUnits = 512;

    @Option(names = "--beta", description = "Weight of the KL term (default: ${DEFAULT-VALUE}).")
    private float beta = 2e-4f;

    @Option(names = "--beta-warm-up", paramLabel = "STEPS", description = "default: ${DEFAULT-VALUE}")
    private int betaWarmUp = 100;

    @Option(
            names = "--free-bits",
            paramLabel = "NATS",
            description = "KL of a latent dimension that costs nothing (default: ${DEFAULT-VALUE}).")
    private float freeBits = 0;

    @Option(names = "--vectors", description = "Task vectors of each task (default: ${DEFAULT-VALUE}).")
    int vectors = 16;

    @Mixin
    VectorLayerOption vectorLayer;

    KlTerm kl() {
        return new KlTerm(beta, betaWarmUp, freeBits);
    }

    /// Names a run that is made with these.
    @Override
    public String toString() {
        return "latent %d beta %s vectors after %s".formatted(latent, beta, vectorLayer);
    }
}
