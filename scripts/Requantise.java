import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.TensorInfo;

/// Rewrites a model's Q4_1 matrices as Q8_0, for which ggml has its fast matrix product on a CPU: prompts are
/// read more than twice as fast, and each weight stays what it was within 1/254 of the greatest of its block
/// (docs/adr/0031).
///
/// `scripts/fetch-model` compiles and runs it, before anything is built. It is plain Java arithmetic, where
/// ggml's own routines may fuse operations on some machines: the same file gives the same bytes on all of them,
/// and so the same pinned digest.
public final class Requantise {
    private static final String FILE_TYPE = "general.file_type";
    private static final int MOSTLY_Q8_0 = 7; // LLAMA_FTYPE_MOSTLY_Q8_0, llama.h

    private static final int BLOCK = 32;
    private static final int NARROW = 20; // block_q4_1, ggml-common.h: half d, half m, 16 bytes of nibbles
    private static final int WIDE = 34; // block_q8_0, ggml-common.h: half d, 32 signed bytes

    private Requantise() {}

    /// @param files the model to read, and the one to write
    public static void main(String... files) {
        if (files.length != 2) {
            System.err.println("usage: Requantise MODEL.gguf NEW.gguf");
            System.exit(2);
        }
        try (GgufFile model = GgufFile.open(Path.of(files[0]))) {
            of(model).write(Path.of(files[1]));
        }
    }

    /// The model with its Q4_1 tensors as Q8_0; all else is copied.
    static GgufWriter of(GgufFile model) {
        GgufWriter writer = new GgufWriter();
        for (String key : model.keys()) {
            if (key.equals(FILE_TYPE)) {
                writer.uint32(key, MOSTLY_Q8_0);
            } else {
                writer.copy(model, key);
            }
        }
        for (TensorInfo tensor : model.tensors()) {
            byte[] data = model.bytes(tensor);
            if (tensor.type() == GgmlType.Q4_1) {
                writer.tensor(tensor.name(), GgmlType.Q8_0, tensor.shape(), widened(data));
            } else {
                writer.tensor(tensor.name(), tensor.type(), tensor.shape(), data);
            }
        }
        return writer;
    }

    /// Numbers as Q8_0.
    ///
    /// @param values whole blocks of 32
    static byte[] q8(float[] values) {
        ByteBuffer to = ByteBuffer.allocate(values.length / BLOCK * WIDE).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < values.length; from += BLOCK) {
            put(Arrays.copyOfRange(values, from, from + BLOCK), to);
        }
        return to.array();
    }

    private static byte[] widened(byte[] narrow) {
        int blocks = narrow.length / NARROW;
        ByteBuffer from = ByteBuffer.wrap(narrow).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer to = ByteBuffer.allocate(Math.multiplyExact(blocks, WIDE)).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[BLOCK];
        for (int block = 0; block < blocks; block++) {
            read(from, block * NARROW, values);
            put(values, to);
        }
        return to.array();
    }

    private static void read(ByteBuffer blocks, int start, float[] values) {
        float step = Float.float16ToFloat(blocks.getShort(start));
        float least = Float.float16ToFloat(blocks.getShort(start + Short.BYTES));
        for (int i = 0; i < BLOCK / 2; i++) {
            int pair = blocks.get(start + 2 * Short.BYTES + i);
            values[i] = step * (pair & 15) + least;
            values[i + BLOCK / 2] = step * (pair >> 4 & 15) + least;
        }
    }

    private static void put(float[] values, ByteBuffer blocks) {
        float greatest = 0;
        for (float value : values) {
            greatest = Math.max(greatest, Math.abs(value));
        }
        float step = greatest / 127;
        float inverse = step == 0 ? 0 : 1 / step;
        blocks.putShort(Float.floatToFloat16(step));
        for (float value : values) {
            float scaled = value * inverse;
            // C's roundf: halves go away from zero.
            blocks.put((byte) Math.copySign(Math.floor(Math.abs((double) scaled) + 0.5), scaled));
        }
    }
}
