package dev.icmlora.engine.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.EngineFiles;
import dev.icmlora.engine.EngineLoader;
import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.EngineStartException;
import dev.icmlora.engine.request.EngineObserver;
import dev.icmlora.engine.tune.TinyModel.Variant;
import dev.icmlora.generator.BaseModelFixture;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.TensorInfo;

/// Model files that are not what they say: the start ends with one line that names what is wrong.
class UnusableModelTest {
    private static final String MATRIX = "blk.1.ffn_up.weight";

    @TempDir
    private static Path folder;

    private static Path whole;

    @BeforeAll
    static void write() {
        BaseModelFixture.loadNativeLibraries();
        whole = folder.resolve("whole.gguf");
        TinyModel.write(whole, GgmlType.F32, Variant.LLAMA);
    }

    /// @param rows of the matrix that are left; 0 for no matrix
    private static Path withRows(int rows) {
        GgufWriter writer = new GgufWriter();
        try (GgufFile file = GgufFile.open(whole)) {
            file.keys().forEach(key -> writer.copy(file, key));
            for (TensorInfo tensor : file.tensors()) {
                byte[] data = file.bytes(tensor);
                if (!tensor.name().equals(MATRIX)) {
                    writer.tensor(tensor.name(), tensor.type(), tensor.shape(), data);
                } else if (rows > 0) {
                    long columns = tensor.shape()[0];
                    byte[] left = Arrays.copyOf(data, Math.toIntExact(columns * rows * Float.BYTES));
                    writer.tensor(tensor.name(), tensor.type(), new long[] {columns, rows}, left);
                }
            }
        }
        Path path = folder.resolve(rows + ".gguf");
        writer.write(path);
        return path;
    }

    private static AbstractStringAssert<?> startWith(Path model) {
        EngineFiles installed = EngineFiles.installed();
        EngineFiles files = EngineFiles.of(installed.nativeDirectory(), model)
                .withGenerator(installed.generator().orElseThrow());
        EngineStartException refused = catchThrowableOfType(
                EngineStartException.class,
                () -> EngineLoader.load(files, EngineOptions.DEFAULT.withThreads(1), EngineObserver.NONE));
        return assertThat(refused.getMessage()).contains(model.toString()).doesNotContain("\n");
    }

    @Test
    void aMissingMatrix() {
        startWith(withRows(0)).contains(MATRIX);
    }

    @Test
    void aMatrixOfAnotherShape() {
        startWith(withRows(32)).contains(MATRIX, "wrong shape", "96", "32");
    }

    @Test
    void aFileThatIsCutShort() throws IOException {
        byte[] bytes = Files.readAllBytes(whole);
        Path path = folder.resolve("short.gguf");
        Files.write(path, Arrays.copyOf(bytes, bytes.length / 2));
        startWith(path).contains("not within the file bounds");
    }

    @Test
    void anArchitectureThatLlamaDoesNotKnow() {
        Path path = folder.resolve("unknown.gguf");
        new GgufWriter()
                .string("general.architecture", "perceptron")
                .string("tokenizer.ggml.model", "none")
                .write(path);
        startWith(path).contains("perceptron");
    }
}
