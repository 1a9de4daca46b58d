package dev.icmlora.ggml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class GgmlTypeTest {
    @Test
    void bytesCountWholeBlocks() {
        assertThat(GgmlType.Q4_1.bytes(64)).isEqualTo(40);
        assertThat(GgmlType.of(1)).isEqualTo(GgmlType.F16);
        assertThatIllegalArgumentException().isThrownBy(() -> GgmlType.Q4_1.bytes(33));
        assertThatIllegalArgumentException().isThrownBy(() -> GgmlType.of(4));
        assertThatIllegalArgumentException().isThrownBy(() -> GgmlType.of(-1));
    }
}
