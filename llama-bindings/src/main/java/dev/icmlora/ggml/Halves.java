package dev.icmlora.ggml;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/// IEEE 754 half precision, little endian, as stored in GGUF tensors of type F16. Rounds to nearest even, as
/// `ggml_fp32_to_fp16` does.
public final class Halves {
    /// The largest number that is not infinite.
    public static final float LARGEST = 65_504;

    /// The exponents of four numbers, all ones where one is not finite.
    private static final long EXPONENTS = 0x7c00_7c00_7c00_7c00L;

    /// Added to exponents, it carries into the sign of a number whose exponent is all ones, and of no other.
    private static final long CARRIES = 0x0400_0400_0400_0400L;

    private static final long SIGNS = 0x8000_8000_8000_8000L;

    /// Fours that are copied at once.
    private static final int BLOCK = 1 << 12;

    private Halves() {}

    public static byte[] toF16(float[] values) {
        byte[] bytes = new byte[Math.multiplyExact(values.length, Short.BYTES)];
        var shorts = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
        for (float value : values) {
            shorts.put(Float.floatToFloat16(value));
        }
        return bytes;
    }

    /// @throws IllegalArgumentException if the length is odd
    public static float[] fromF16(byte[] bytes) {
        if (bytes.length % Short.BYTES != 0) {
            throw new IllegalArgumentException("odd number of bytes: " + bytes.length);
        }
        // Copied at once: a start reads millions of them before the compiler knows of it.
        short[] halves = new short[bytes.length / Short.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(halves);
        float[] values = new float[halves.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.float16ToFloat(halves[i]);
        }
        return values;
    }

    /// Whether all numbers are finite, as their exponents say: none is converted, and four are looked at at once, since
    /// a start does this to millions before the compiler knows of it.
    ///
    /// @throws IllegalArgumentException if the length is odd
    public static boolean areFinite(ByteBuffer data) {
        if (data.remaining() % Short.BYTES != 0) {
            throw new IllegalArgumentException("odd number of bytes: " + data.remaining());
        }
        LongBuffer fours = data.duplicate().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
        long[] block = new long[Math.min(BLOCK, fours.remaining())];
        while (fours.hasRemaining()) {
            int count = Math.min(block.length, fours.remaining());
            fours.get(block, 0, count);
            if (!areFinite(block, count)) {
                return false;
            }
        }
        // Zeros, which are finite, fill the last four up.
        int rest = data.remaining() % Long.BYTES;
        byte[] last = new byte[Long.BYTES];
        data.get(data.limit() - rest, last, 0, rest);
        return areFinite(
                new long[] {ByteBuffer.wrap(last).order(ByteOrder.LITTLE_ENDIAN).getLong()}, 1);
    }

    private static boolean areFinite(long[] fours, int count) {
        for (int i = 0; i < count; i++) {
            if (((fours[i] & EXPONENTS) + CARRIES & SIGNS) != 0) {
                return false;
            }
        }
        return true;
    }
}
