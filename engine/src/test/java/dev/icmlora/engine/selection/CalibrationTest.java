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
        assertThat(Calibration.of(Calibration.DEFAULT.numbers())).isEqualTo(Calibration.DEFAULT);
    }

    @Test
    void theDefaultGeneratorHasItsOwn() {
        var file = GeneratorFile.read(Installation.ofThisProcess().generator());

        assertThat(file.manifest().calibration()).hasSize(6);
    }

    @Test
    void withoutNumbersItIsTheDefault() {
        assertThat(Calibration.of(List.of())).isEqualTo(Calibration.DEFAULT);
    }

    @Test
    void anotherNumberOfThemIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Calibration.of(Collections.nCopies(5, 1f)))
                .withMessageContaining("6 numbers, the file has 5");
    }
}
