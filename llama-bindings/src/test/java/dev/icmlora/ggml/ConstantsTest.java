package dev.icmlora.ggml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.icmlora.ProbedLayout;

class ConstantsTest {
    private static final Map<String, Long> PROBED = ProbedLayout.read().constants();

    @ParameterizedTest
    @EnumSource
    void tensorTypes(GgmlType type) {
        assertThat(PROBED).containsEntry("GGML_TYPE_" + type, (long) type.id());
    }

    @ParameterizedTest
    @EnumSource
    void valueTypes(GgufValueType type) {
        assertThat(PROBED).containsEntry("GGUF_TYPE_" + type, (long) type.ordinal());
    }

    @Test
    void deviceTypes() {
        List<String> names = List.of("CPU", "GPU", "IGPU", "ACCEL", "META");
        for (Device.Type type : Device.Type.values()) {
            assertThat(PROBED)
                    .containsEntry("GGML_BACKEND_DEVICE_TYPE_" + names.get(type.ordinal()), (long) type.ordinal());
        }
    }

    @Test
    void others() {
        assertThat(PROBED)
                .containsEntry("GGML_MAX_NAME", GgufHeader.MAX_NAME_BYTES + 1L)
                .containsEntry("GGUF_DEFAULT_ALIGNMENT", (long) GgufHeader.DEFAULT_ALIGNMENT)
                .containsEntry("GGML_BACKEND_BUFFER_USAGE_WEIGHTS", (long) TensorStore.USAGE_WEIGHTS);
    }
}
