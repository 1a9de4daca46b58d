package dev.icmlora.ggml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.icmlora.TestInstallation;

/// Any bytes are a GGUF file that can be read, or are refused with a [GgufFormatException]; data that is read
/// is de-quantised by ggml.
class GgufFuzzTest {
    private static final int MOST_ELEMENTS = 1 << 16;

    static {
        TestInstallation.loadLibraries();
    }

    @FuzzTest
    void parse(byte[] bytes) {
        try (GgufFile file = GgufFile.parse(bytes)) {
            for (String key : file.keys()) {
                List.<Runnable>of(
                                () -> file.string(key),
                                () -> file.integer(key),
                                () -> file.real(key),
                                () -> file.float32(key),
                                () -> file.strings(key),
                                () -> file.floats(key),
                                () -> file.ints(key))
                        .forEach(GgufFuzzTest::orRefused);
            }
            for (TensorInfo tensor : file.tensors()) {
                assertThat(file.bytes(tensor)).hasSize((int) tensor.bytes());
                if (tensor.elements() <= MOST_ELEMENTS) {
                    floats(file, tensor);
                }
            }
        } catch (GgufFormatException expected) {
            assertThat(expected).hasMessageStartingWith("bad GGUF at byte ");
        }
    }

    private static void floats(GgufFile file, TensorInfo tensor) {
        try {
            assertThat(file.floats(tensor)).hasSize((int) tensor.elements());
        } catch (IllegalArgumentException noFloats) {
            assertThat(noFloats).hasMessageContaining(tensor.type().name());
        }
    }

    private static void orRefused(Runnable access) {
        try {
            access.run();
        } catch (GgufFormatException expected) {
            assertThat(expected).hasMessageStartingWith("bad GGUF at byte ");
        }
    }
}
