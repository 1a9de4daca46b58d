package dev.icmlora.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.engine.request.EngineObserver;
import dev.icmlora.engine.tune.TinyModel;
import dev.icmlora.engine.tune.TinyModel.Variant;
import dev.icmlora.generator.task.Task;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.ggml.Quantisation;
import dev.icmlora.ggml.TensorInfo;

/// How adapters are tuned where nobody trained a generator: at a rate of each matrix, by what its weights do already.
class TuningFromNothingTest {

    private static final String LARGE = "blk.1.attn_v.weight";

    @TempDir
    private Path folder;

    @BeforeAll
    static void loadLibraries() {
        NativeLibraries.load(EngineFiles.installed().nativeDirectory());
    }

    /// A model whose matrices leave what goes into them as large as it is, but for one.
    private Path modelWithALargeMatrix(float times) {
        var even = folder.resolve("even.gguf");
        TinyModel.write(even, Variant.GEMMA3, EngineFiles.installed().model());
        var writer = new GgufWriter();
        try (GgufFile file = GgufFile.open(even)) {
            file.keys().forEach(key -> writer.copy(file, key));
            for (TensorInfo tensor : file.tensors()) {
                var weights = file.floats(tensor);
                if (tensor.name().equals(LARGE)) {
                    for (var i = 0; i < weights.length; i++) {
                        weights[i] *= times;
                    }
                }
                writer.tensor(
                        tensor.name(),
                        GgmlType.F32,
                        tensor.shape(),
                        Quantisation.fromFloats(GgmlType.F32, weights, weights.length));
            }
        }
        var model = folder.resolve("uneven.gguf");
        writer.write(model);
        return model;
    }

    @Test
    void aMatrixThatDoesMoreIsChangedByMore() {
        var files = EngineFiles.of(EngineFiles.installed().nativeDirectory(), modelWithALargeMatrix(5));
        try (var engine = EngineLoader.load(files, EngineOptions.DEFAULT.withThreads(1), EngineObserver.NONE)) {
            var rates = engine.manifest().tuningRates();

            // attn_q and attn_v of three layers
            assertThat(rates).hasSize(6);
            var usual = rates.getFirst();
            assertThat(usual).isCloseTo(0.43f, within(0.05f));
            for (var i = 0; i < rates.size(); i++) {
                var times = i == 3 ? 5 : 1;
                assertThat(rates.get(i)).isCloseTo(usual * times, within(0.1f * usual * times));
            }
            assertThat(engine.tuningOptions(new Task("", List.of())).steps()).isEqualTo(12);
        }
        assertThat(LoadedEngine.get().tuningOptions(new Task("", List.of())).steps())
                .isEqualTo(6);
    }

    /// A thread may ask that has not noticed yet: what is opened for it would never be closed.
    @Test
    void aClosedEngineOpensNothingToTuneWith() {
        var model = folder.resolve("even.gguf");
        TinyModel.write(model, Variant.GEMMA3, EngineFiles.installed().model());
        var files = EngineFiles.of(EngineFiles.installed().nativeDirectory(), model);
        var engine = EngineLoader.load(files, EngineOptions.DEFAULT.withThreads(1), EngineObserver.NONE);
        var worker = engine.placement().idlest();
        engine.tuners().of(worker);

        engine.close();

        assertThatExceptionOfType(EngineClosedException.class)
                .isThrownBy(() -> engine.tuners().of(worker));
    }
}
