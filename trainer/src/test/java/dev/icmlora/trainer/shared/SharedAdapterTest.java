package dev.icmlora.trainer.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.trainer.TinyTraining;

/// What becomes of a trained B0.
class SharedAdapterTest extends TinyTraining {

    @Test
    void what_was_trained_for_one_base_model_does_not_serve_another(@TempDir Path folder) throws IOException {
        sharedRun("b0", folder.resolve("b0")).train(NOWHERE, 1);

        assertThatThrownBy(() -> SharedAdapter.trained(folder, model.config(), "another base", manager))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was trained for the base model base, this one is another base");
        assertThat(SharedAdapter.trained(folder, model.config(), "base", manager)
                        .layout())
                .isEqualTo(LAYOUT);
    }
}
