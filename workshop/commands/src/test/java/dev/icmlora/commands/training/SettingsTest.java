package dev.icmlora.commands.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

import dev.icmlora.commands.options.GeneratorOptions;

/// A run is named by its settings, so that another one does not go on from its checkpoint.
class SettingsTest {

    @Test
    void everyChoiceIsInTheSettingsOfItsRun() {
        assertThat(CommandLine.populateCommand(new GeneratorOptions()).settings())
                .hasToString("latent 64 beta 2.0E-4, 16 vectors after 0.75 of the layers");
        assertThat(CommandLine.populateCommand(new GeneratorOptions(), "--vector-layer", "3")
                        .settings())
                .hasToString("latent 64 beta 2.0E-4, 16 vectors after layer 3");
        assertThat(CommandLine.populateCommand(new TrainB0Command()).training().settings())
                .isEqualTo("rank 16, alpha 32.0, learned A, targets attn_q,attn_v, rate 0.001, 1200 tokens, 4 queries,"
                        + " packed 0.35, seed 1");
        assertThat(CommandLine.populateCommand(new TrainB0Command(), "--targets", "attn_output,attn_q")
                        .training()
                        .settings())
                .contains("learned A, targets attn_q,attn_output,");
    }
}
