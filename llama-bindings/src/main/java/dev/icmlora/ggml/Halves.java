package dev.icmlora.ggml;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// IEEE 754 half precision, little endian, as stored in GGUF tensors of type F16. Rounds to nearest even, as
/// `ggml_fp32_to_fp16` does.
public final class Halves {
    /// The largest number that is not infinite.
    public static final float LARGEST = 65_504;

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
        var shorts = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
        float[] values = new float[shorts.remaining()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.float16ToFloat(shorts.get(i));
        }
        return values;
    }
}
