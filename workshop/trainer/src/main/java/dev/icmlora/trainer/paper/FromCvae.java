package dev.icmlora.trainer.paper;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import dev.icmlora.ggml.GgufFile;
import dev.icmlora.trainer.generator.ExportedGenerator;
import dev.icmlora.trainer.generator.GeneratorNetwork;
import dev.icmlora.trainer.generator.GeneratorTraining;
import dev.icmlora.trainer.generator.TrainedGenerator;
import dev.icmlora.trainer.loop.Checkpoint;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.session.TrainingSession;

/// Begins the training through the base model's loss with prior and decoder of the CVAE.
public record FromCvae() implements GeneratorTraining.Start {

    @Override
    public String label() {
        return "from the CVAE";
    }

    @Override
    public Optional<ExportedGenerator> generator(TrainingSession session) {
        return Optional.empty();
    }

    /// @throws IllegalArgumentException when there is no CVAE, or one that the function does not have
    @Override
    public void give(TrainingSession session, GeneratorNetwork network) {
        Path checkpoint = TrainingRun.checkpoint(session.folder().resolve(CvaeTraining.RUN));
        if (!Files.exists(checkpoint)) {
            throw new IllegalArgumentException(
                    "there is no CVAE to begin with: run `icm-lora paper cvae` first, which writes " + checkpoint);
        }
        try (GgufFile file = GgufFile.open(checkpoint)) {
            TrainedGenerator.requireHeads(file);
            Checkpoint.read(file, network.parameters());
        }
    }
}
