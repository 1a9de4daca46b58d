package dev.icmlora.commands.options;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.icmlora.trainer.generator.GeneratorSettings;
import dev.icmlora.trainer.generator.KlTerm;

/// Options of the commands that train a generator's networks.
public final class GeneratorOptions {
    @Option(names = "--beta", description = "Weight of the KL term (default: ${DEFAULT-VALUE}).")
    private float beta = GeneratorSettings.DEFAULT.kl().beta();

    @Option(names = "--vectors", description = "Task vectors of each task (default: ${DEFAULT-VALUE}).")
    private int vectors = GeneratorSettings.DEFAULT.vectors();

    @Mixin
    private VectorLayerOption vectorLayer;

    public GeneratorSettings settings() {
        KlTerm kl = new KlTerm(beta, GeneratorSettings.DEFAULT.kl().warmUp());
        return new GeneratorSettings(kl, vectors, vectorLayer.layer());
    }
}
