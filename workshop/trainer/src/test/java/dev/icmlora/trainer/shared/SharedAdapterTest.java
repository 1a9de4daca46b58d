package dev.icmlora.trainer.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.trainer.TinyTraining;
import dev.icmlora.trainer.loop.Schedule;
import dev.icmlora.trainer.loop.TrainingRun;

/// What becomes of a trained B0.
class SharedAdapterTest extends TinyTraining {

    @Test
    void what_was_trained_for_one_base_model_does_not_serve_another(@TempDir Path folder) throws IOException {
        sharedRun("b0", folder.resolve("b0")).train(NOWHERE, 1);

        assertThatThrownBy(() ->
                        SharedAdapter.trained(folder, TrainingRun.State.LAST, model.config(), "another base", manager))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was trained for the base model base, this one is another base");
        assertThat(SharedAdapter.trained(folder, TrainingRun.State.LAST, model.config(), "base", manager)
                        .layout())
                .isEqualTo(LAYOUT);
    }

    @Test
    void a_run_that_may_stop_early_is_for_its_best_state(@TempDir Path folder) throws IOException {
        sharedRun("b0", folder.resolve("b0")).train(NOWHERE, 1);
        Files.delete(folder.resolve("b0/checkpoint.gguf"));
        TrainingRun.State patient = new Schedule(1, 1, 10, 60, 3).state();
        TrainingRun.State steadfast = new Schedule(1, 1, 10, 60).state();

        assertThat(SharedAdapter.trained(folder, patient, model.config(), "base", manager)
                        .layout())
                .isEqualTo(LAYOUT);
        assertThatThrownBy(() -> SharedAdapter.trained(folder, steadfast, model.config(), "base", manager))
                .hasMessageContaining("b0/checkpoint.gguf");
    }
}
