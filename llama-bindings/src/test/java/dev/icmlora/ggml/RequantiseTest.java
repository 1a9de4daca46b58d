package dev.icmlora.ggml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.function.DoubleSupplier;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.icmlora.TestInstallation;

class RequantiseTest {
    private static final long[] SHAPE = {64, 3};

    @BeforeAll
    static void load() {
        TestInstallation.loadLibraries();
    }

    @Test
    void givesTheBytesThatGgmlWould() {
        try (GgufFile narrow = model(new Random(1)::nextGaussian);
                GgufFile wide = GgufFile.parse(Requantise.of(narrow).toBytes())) {
            TensorInfo matrix = wide.tensor("matrix").orElseThrow();
            assertThat(matrix.type()).isEqualTo(GgmlType.Q8_0);
            assertThat(matrix.shape()).isEqualTo(SHAPE);
            float[] values = narrow.floats(narrow.tensor("matrix").orElseThrow());
            assertThat(wide.bytes(matrix)).isEqualTo(Quantisation.fromFloats(GgmlType.Q8_0, values, 64));
        }
    }

    @Test
    void blocksOfZerosStayZero() {
        try (GgufFile narrow = model(() -> 0);
                GgufFile wide = GgufFile.parse(Requantise.of(narrow).toBytes())) {
            assertThat(wide.bytes(wide.tensor("matrix").orElseThrow())).containsOnly(0);
        }
    }

    @Test
    void allElseIsCopiedAndTheFileSaysItsNewType() {
        try (GgufFile narrow = model(new Random(2)::nextGaussian);
                GgufFile wide = GgufFile.parse(Requantise.of(narrow).toBytes())) {
            assertThat(wide.string("general.architecture")).contains("llama");
            assertThat(wide.integer("general.file_type")).hasValue(7);
            TensorInfo norm = wide.tensor("norm").orElseThrow();
            assertThat(norm.type()).isEqualTo(GgmlType.F32);
            assertThat(wide.floats(norm)).containsExactly(0.5f, -0.25f);
        }
    }

    private static GgufFile model(DoubleSupplier numbers) {
        float[] values = new float[(int) (SHAPE[0] * SHAPE[1])];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) numbers.getAsDouble();
        }
        byte[] norm = ByteBuffer.allocate(2 * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(0.5f)
                .putFloat(-0.25f)
                .array();
        return GgufFile.parse(new GgufWriter()
                .string("general.architecture", "llama")
                .uint32("general.file_type", 3)
                .tensor("norm", GgmlType.F32, new long[] {2}, norm)
                .tensor("matrix", GgmlType.Q4_1, SHAPE, Quantisation.fromFloats(GgmlType.Q4_1, values, 64))
                .toBytes());
    }
}
