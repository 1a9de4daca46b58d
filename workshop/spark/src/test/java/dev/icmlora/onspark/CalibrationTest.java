package dev.icmlora.onspark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.icmlora.engine.Installation;
import dev.icmlora.trainer.calibration.AnswerObservation;
import dev.icmlora.trainer.calibration.CalibrationTasks;
import dev.icmlora.trainer.session.BaseModelFiles;
import dev.icmlora.trainer.tasks.TaskRunner;

/// Answers that confidence is fitted to, with the real model and the committed generator.
@Tag("slow")
class CalibrationTest {

    @Test
    void answersOfATaskComeBackFromSpark() throws IOException {
        Installation installation = Installation.ofThisProcess();
        CalibrationTasks tasks = new CalibrationTasks(
                BaseModelFiles.of(installation), installation.generator().toFile(), 1, 1, 1, TaskRunner.on("local[2]"));

        List<AnswerObservation> answers = tasks.texts();

        assertThat(answers).isNotEmpty().anyMatch(AnswerObservation::right);
    }
}
