package dev.icmlora.engine.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.Installation;
import dev.icmlora.generator.network.GeneratorFile;

/// The numbers of a selection, as a generator's file holds them.
class CalibrationTest {

    @Test
    void comesOutOfAFileAsItWentIn() {
        var withAnswers = Calibration.DEFAULT.withAnswers(
                new AnswerConfidence(-2.5, 1.07, 1.27, 1.35, 0.5, -0.25),
                new LabelConfidence(-1.5, 0.9, -0.1, 2.25, 0.75, -1));

        assertThat(Calibration.of(Calibration.DEFAULT.numbers())).isEqualTo(Calibration.DEFAULT);
        assertThat(Calibration.of(withAnswers.numbers())).isEqualTo(withAnswers);
    }

    @Test
    void theDefaultGeneratorHasItsOwn() {
        var file = GeneratorFile.read(Installation.ofThisProcess().generator());

        assertThat(Calibration.of(file.manifest().calibration()).answers()).isPresent();
    }

    @Test
    void withoutNumbersItIsTheDefault() {
        assertThat(Calibration.of(List.of())).isEqualTo(Calibration.DEFAULT);
    }

    @Test
    void anotherNumberOfThemIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Calibration.of(Collections.nCopies(5, 1f)))
                .withMessageContaining("6 or 18 numbers, the file has 5");
    }
}
