package dev.icmlora.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationTest {

    @TempDir
    Path folder;

    @Test
    void looksUpwardsFromTheWorkingDirectory() throws IOException {
        var models = Files.createDirectories(folder.resolve("models"));
        var generator = Files.createFile(models.resolve("generator.gguf"));
        var below = Files.createDirectories(folder.resolve("a/b"));

        var installation = new Installation(Map.of(), below);

        assertThat(installation.generator()).isEqualTo(generator);
        assertThat(installation.root()).isEqualTo(folder);
    }

    @Test
    void theEnvironmentComesFirst() throws IOException {
        var model = Files.createFile(folder.resolve("other.gguf"));

        assertThat(new Installation(Map.of("ICM_LORA_MODEL", model.toString()), folder).model())
                .isEqualTo(model);
    }

    @Test
    void saysWhatIsMissingAndWhatToDo() {
        assertThatThrownBy(() -> new Installation(Map.of(), folder).model())
                .isInstanceOf(EngineStartException.class)
                .hasMessageContaining("base model not found")
                .hasMessageContaining("make setup")
                .hasMessageContaining("ICM_LORA_MODEL");
        assertThatThrownBy(() ->
                        new Installation(Map.of("ICM_LORA_NATIVE_DIR", "/does/not/exist"), folder).nativeDirectory())
                .isInstanceOf(EngineStartException.class)
                .hasMessageContaining("ICM_LORA_NATIVE_DIR names /does/not/exist");
    }
}
