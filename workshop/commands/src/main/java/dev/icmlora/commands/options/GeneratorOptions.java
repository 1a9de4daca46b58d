package dev.icmlora.commands.options;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.icmlora.trainer.generator.GeneratorSettings;
import dev.icmlora.trainer.generator.KlTerm;

/// Options of the commands that train a generator's networks.
public final class GeneratorOptions {
    @Option(names = "--latent", description = "Dimensions of z (default: ${DEFAULT-VALUE}).")
    private int latent = GeneratorSettings.DEFAULT.latent();

    @Option(names = "--prior-units", description = "default: ${DEFAULT-VALUE}")
    private int priorUnits = GeneratorSettings.DEFAULT.priorUnits();

    @Option(names = "--decoder-units", description = "default: ${DEFAULT-VALUE}")
    private int decoderUnits = GeneratorSettings.DEFAULT.decoderUnits();

    @Option(names = "--beta", description = "Weight of the KL term (default: ${DEFAULT-VALUE}).")
    private float beta = GeneratorSettings.DEFAULT.kl().beta();

    @Option(names = "--vectors", description = "Task vectors of each task (default: ${DEFAULT-VALUE}).")
    private int vectors = GeneratorSettings.DEFAULT.vectors();

    @Mixin
    private VectorLayerOption vectorLayer;

    public GeneratorSettings settings() {
        KlTerm kl = new KlTerm(beta, GeneratorSettings.DEFAULT.kl().warmUp());
        return new GeneratorSettings(latent, priorUnits, decoderUnits, kl, vectors, vectorLayer.layer());
    }
}
