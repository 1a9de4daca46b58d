package dev.icmlora.onspark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.icmlora.engine.Installation;
import dev.icmlora.trainer.calibration.AnswerObservation;
import dev.icmlora.trainer.calibration.CalibrationTasks;
import dev.icmlora.trainer.session.BaseModelFiles;
import dev.icmlora.trainer.tasks.InProcess;
import dev.icmlora.trainer.tasks.TaskRunner;

/// Answers that confidence is fitted to, with the real model and the committed generator.
@Tag("slow")
class CalibrationTest {
    private static final int TASKS = 2;
    private static final int DRAWS = 1;

    @Test
    void theAnswersOfTasksOnSparkAreTheSameToTheBit() throws IOException {
        var alone = tasks(2, new InProcess(1)).texts();

        var together = tasks(1, TaskRunner.on("local[2]")).texts();

        assertThat(alone).isNotEmpty();
        assertThat(together)
                .extracting(AnswerObservation::right)
                .isEqualTo(alone.stream().map(AnswerObservation::right).toList());
        assertThat(together)
                .extracting(AnswerObservation::seen)
                .usingRecursiveComparison()
                .isEqualTo(alone.stream().map(AnswerObservation::seen).toList());
    }

    private static CalibrationTasks tasks(int threads, TaskRunner runner) {
        Installation installation = Installation.ofThisProcess();
        return new CalibrationTasks(
                BaseModelFiles.of(installation), installation.generator().toFile(), threads, TASKS, DRAWS, runner);
    }
}
