package dev.icmlora.engine.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Path;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.generator.BaseModelFixture;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;
import dev.icmlora.llama.ModelWeights;

/// Matrices of a type that llama.cpp repacks on every kind of processor that it has kernels for.
class RepackedModelTest {
    private static final String MATRIX = "blk.0.attn_q.weight";

    @TempDir
    private static Path folder;

    private static Path file;

    @BeforeAll
    static void write() {
        BaseModelFixture.loadNativeLibraries();
        file = folder.resolve("quantised.gguf");
        TinyModel.write(file, GgmlType.Q4_0, TinyModel.Variant.LLAMA);
    }

    private static LlamaModel load(boolean repack) {
        return LlamaModel.load(file, new ModelOptions(0, true, repack));
    }

    @Test
    void itIsRefusedBeforeAnythingReadsItsWeights() {
        try (LlamaModel model = load(true);
                Backend backend = Backend.cpu(1)) {
            assertThatExceptionOfType(UnsupportedBaseModelException.class)
                    .isThrownBy(() -> FrozenWeights.of(model, backend))
                    .withMessageContaining("repacked")
                    .withMessageContaining("blk.0.")
                    .withMessageContaining("without repacking");
        }
    }

    @Test
    void itsMatricesAreNotHandedOutAndItsNormsAre() {
        try (LlamaModel model = load(true)) {
            ModelWeights weights = ModelWeights.of(model);
            assertThatIllegalStateException()
                    .isThrownBy(() -> weights.tensor(MATRIX))
                    .withMessageContaining(MATRIX + " in ")
                    .withMessageContaining("repacked");
            assertThatIllegalStateException().isThrownBy(weights::output);
            assertThat(weights.tensor("blk.0.attn_norm.weight")).isPresent();
        }
    }

    @Test
    void theSameFileIsTunedWhereItIsLoadedAsItIs() {
        try (LlamaModel model = load(false);
                Backend backend = Backend.cpu(1);
                FrozenWeights weights = FrozenWeights.of(model, backend)) {
            assertThat(ModelWeights.of(model).repacked()).isEmpty();
            assertThat(weights.bytes()).isPositive();
        }
    }
}
