package dev.icmlora.onspark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.Installation;
import dev.icmlora.engine.LoadedModel;
import dev.icmlora.engine.tune.TinyModel;
import dev.icmlora.engine.tune.TinyModel.Variant;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.network.UntrainedGenerator;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.trainer.calibration.AnswerObservation;
import dev.icmlora.trainer.calibration.CalibrationTasks;
import dev.icmlora.trainer.session.BaseModelFiles;
import dev.icmlora.trainer.tasks.InProcess;
import dev.icmlora.trainer.tasks.TaskRunner;

/// Answers that confidence is fitted to, of a tiny base model that is tuned from nothing.
class CalibrationTest {
    /// Some of them have labels.
    private static final int TASKS = 6;

    @TempDir
    private static Path scratch;

    private static BaseModelFiles model;
    private static Path generator;

    @BeforeAll
    static void writeModelAndGenerator() {
        Installation installation = Installation.ofThisProcess();
        NativeLibraries.load(installation.nativeDirectory());
        Path tiny = scratch.resolve("tiny.gguf");
        TinyModel.write(tiny, Variant.LLAMA, installation.model());
        model = new BaseModelFiles(installation.nativeDirectory().toFile().getAbsoluteFile(), tiny.toFile());
        generator = scratch.resolve("generator.gguf");
        try (LoadedModel loaded = model.load()) {
            int hidden = loaded.model().hiddenSize();
            AdapterLayout layout = new AdapterLayout(
                    "llama", loaded.model().layers(), 4, 8, List.of(new Target("attn_q", hidden, hidden)));
            UntrainedGenerator.of(loaded.id(), loaded.format().fingerprint(), hidden, layout, loaded.gains(layout))
                    .write(generator);
        }
    }

    @Test
    void answersFromSparkAreThoseOfThisProcess() throws IOException {
        List<Boolean> right = right(TaskRunner.on("local[2]"));

        assertThat(right).contains(true, false).isEqualTo(right(new InProcess(1)));
    }

    private static List<Boolean> right(TaskRunner runner) throws IOException {
        return new CalibrationTasks(model, generator.toFile(), 1, TASKS, 1, runner)
                .labels().stream().map(AnswerObservation::right).toList();
    }
}
