package dev.icmlora.trainer.generator;

import dev.icmlora.trainer.vectors.VectorLayerOption;

import java.util.EnumSet;
import java.util.Set;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Options of the commands that train a generator's networks.
final class GeneratorOptions {
    /// Task vectors of each task. What takes them beforehand must take as many, or none of them is found.
    static final int VECTORS = 16;

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
    int vectors = VECTORS;

    @Mixin
    VectorLayerOption vectorLayer;

    @Option(
            names = "--prior",
            description = "${COMPLETION-CANDIDATES}: z from a distribution that depends on the task, or from N(0, I)"
                    + " beside a code of the task (default: ${DEFAULT-VALUE}).")
    Prior prior = Prior.LEARNED;

    @Option(
            names = "--vector-parts",
            split = ",",
            paramLabel = "PART",
            description = "What the generator sees of a task vector: ${COMPLETION-CANDIDATES} (default: all).")
    Set<VectorPart> vectorParts = EnumSet.allOf(VectorPart.class);

    PriorForm form() {
        return new PriorForm(prior, vectorParts);
    }

    KlTerm kl() {
        return new KlTerm(beta, betaWarmUp, freeBits);
    }

    /// Names a run that is made with these.
    @Override
    public String toString() {
        String form = form().equals(PriorForm.DEFAULT) ? "" : " prior " + form();
        return "latent %d beta %s vectors after %s%s".formatted(latent, beta, vectorLayer, form);
    }
}
