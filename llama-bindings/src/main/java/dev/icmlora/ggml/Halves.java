package dev.icmlora.ggml;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// IEEE 754 half precision, little endian, as stored in GGUF tensors of type F16. Rounds to nearest even, as
/// `ggml_fp32_to_fp16` does.
public final class Halves {
    /// The largest number that is not infinite.
    public static final float LARGEST = 65_504;

    /// Of a number's second byte.
    private static final int EXPONENT = 0x7c;

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

    /// Whether all numbers are finite, as their exponents say: none is converted.
    public static boolean areFinite(byte[] bytes) {
        for (int high = 1; high < bytes.length; high += Short.BYTES) {
            if ((bytes[high] & EXPONENT) == EXPONENT) {
                return false;
            }
        }
        return true;
    }
}
