package dev.icmlora.ggml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.icmlora.TestInstallation;
import dev.icmlora.capi.GgmlH;

class GgmlTypeTest {

    @ParameterizedTest
    @EnumSource
    void blockShapesAreThoseOfTheLibrary(GgmlType type) {
        TestInstallation.loadLibraries();
        assertThat(GgmlH.ggml_blck_size(type.id())).isEqualTo(type.blockElements());
        assertThat(GgmlH.ggml_type_size(type.id())).isEqualTo(type.blockBytes());
    }

    @Test
    void bytesCountWholeBlocks() {
        assertThat(GgmlType.Q4_1.bytes(64)).isEqualTo(40);
        assertThat(GgmlType.of(1)).isEqualTo(GgmlType.F16);
        assertThatIllegalArgumentException().isThrownBy(() -> GgmlType.Q4_1.bytes(33));
        assertThatIllegalArgumentException().isThrownBy(() -> GgmlType.of(4));
        assertThatIllegalArgumentException().isThrownBy(() -> GgmlType.of(-1));
    }
}
