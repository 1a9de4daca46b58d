package dev.icmlora.ggml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class HalvesTest {
    private static final int ALL = 1 << Short.SIZE;

    private static byte[] bytes(short... halves) {
        ByteBuffer bytes = ByteBuffer.allocate(halves.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asShortBuffer().put(halves);
        return bytes.array();
    }

    private static boolean areFinite(byte[] bytes) {
        return Halves.areFinite(ByteBuffer.wrap(bytes));
    }

    @Test
    void everyNumberIsSeenAsFiniteOrNotWhereverItStands() {
        int[] wrong = IntStream.range(0, ALL)
                .filter(half -> IntStream.of(1, 4, 7)
                        .anyMatch(numbers -> IntStream.range(0, numbers)
                                .anyMatch(at -> areFinite(among(numbers, at, (short) half))
                                        != Float.isFinite(Float.float16ToFloat((short) half)))))
                .toArray();
        assertThat(wrong).isEmpty();
    }

    /// The others are the largest negative number: no sum of its bits may carry into a neighbour.
    private static byte[] among(int numbers, int at, short half) {
        short[] halves = new short[numbers];
        Arrays.fill(halves, (short) 0xfbff);
        halves[at] = half;
        return bytes(halves);
    }

    @Test
    void oneNumberAmongMillionsIsFound() {
        byte[] many = new byte[100_002];
        assertThat(areFinite(many)).isTrue();
        many[77_777] = 0x7c;
        assertThat(areFinite(many)).isFalse();
        assertThat(areFinite(new byte[0])).isTrue();
    }

    @Test
    void halfANumberIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> areFinite(new byte[3]));
        assertThatIllegalArgumentException().isThrownBy(() -> Halves.fromF16(new byte[3]));
    }

    @Test
    void numbersComeBackAsTheyWere() {
        float[] values = {0, -0f, 1, -2.5f, Halves.LARGEST, Float.POSITIVE_INFINITY, 5.9604645e-8f};
        assertThat(Halves.fromF16(Halves.toF16(values))).isEqualTo(values);
    }
}
