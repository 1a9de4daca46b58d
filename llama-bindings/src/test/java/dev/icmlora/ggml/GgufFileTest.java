package dev.icmlora.ggml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.TestInstallation;

class GgufFileTest {

    private static GgufWriter small() {
        return new GgufWriter()
                .string("general.architecture", "icm-löra")
                .uint32("u32", -1)
                .uint64("u64", 1L << 40)
                .float32("f32", 0.25f)
                .strings("words", List.of("eins", "", "drei ☃"))
                .floats("numbers", new float[] {1, -2.5f})
                .ints("ints", new int[] {7, -8})
                .tensor("a", GgmlType.F32, new long[] {3}, new byte[12])
                .tensor("b", GgmlType.F16, new long[] {2, 2}, Halves.toF16(new float[] {1, 2, 3, 4}));
    }

    @Test
    void whatIsWrittenIsReadBack() {
        byte[] bytes = small().toBytes();
        try (GgufFile file = GgufFile.parse(bytes)) {
            assertThat(file.keys())
                    .containsExactly("general.architecture", "u32", "u64", "f32", "words", "numbers", "ints");
            assertThat(file.string("general.architecture")).contains("icm-löra");
            assertThat(file.integer("u32")).hasValue(0xFFFF_FFFFL);
            assertThat(file.integer("u64")).hasValue(1L << 40);
            assertThat(file.real("f32")).hasValue(0.25);
            assertThat(file.strings("words")).containsExactly("eins", "", "drei ☃");
            assertThat(file.floats("numbers")).containsExactly(1, -2.5f);
            assertThat(file.ints("ints")).containsExactly(7, -8);
            assertThat(file.tensors()).extracting(TensorInfo::name).containsExactly("a", "b");
            TensorInfo b = file.tensor("b").orElseThrow();
            assertThat(b.shape()).containsExactly(2, 2);
            assertThat(file.floats(b)).containsExactly(1, 2, 3, 4);
            assertThat(file.row(b, 1)).containsExactly(3, 4);
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> file.row(b, 2));
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> file.row(b, -1));
        }
        assertThat(small().toBytes()).isEqualTo(bytes);
    }

    @Test
    void absentKeysAreEmptyAndWrongTypesAreNamed() {
        try (GgufFile file = GgufFile.parse(small().toBytes())) {
            assertThat(file.string("none")).isEmpty();
            assertThat(file.integer("none")).isEmpty();
            assertThat(file.strings("none")).isEmpty();
            assertThat(file.floats("none")).isEmpty();
            assertThatExceptionOfType(GgufFormatException.class)
                    .isThrownBy(() -> file.string("u32"))
                    .withMessageContaining("u32 is UINT32, not STRING");
            assertThatExceptionOfType(GgufFormatException.class).isThrownBy(() -> file.integer("words"));
            assertThatExceptionOfType(GgufFormatException.class).isThrownBy(() -> file.floats("ints"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.bytes(new TensorInfo("a", GgmlType.F32, new long[] {4})));
        }
    }

    @Test
    void writesAFileInOnePieceAndReadsItMapped(@TempDir Path directory) {
        Path path = directory.resolve("small.gguf");
        small().write(path);
        small().write(path);
        assertThat(directory.toFile().list()).containsExactly("small.gguf");
        GgufFile file = GgufFile.open(path);
        assertThat(file.integer("u64")).hasValue(1L << 40);
        file.close();
        file.close();
        assertThatIllegalStateException().isThrownBy(() -> file.integer("u64"));
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] bytes = small().toBytes();
        // The last tensor holds 8 bytes and is padded to 32; the padding may be missing.
        for (int length = 0; length < bytes.length - 24; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatExceptionOfType(GgufFormatException.class)
                    .as("cut to %d bytes", length)
                    .isThrownBy(() -> GgufFile.parse(cut));
        }
    }

    @Test
    void anyDamageGivesAGgufFormatExceptionOrAReadableFile() {
        byte[] bytes = small().toBytes();
        Random random = new Random(7);
        for (int round = 0; round < 5_000; round++) {
            byte[] damaged = bytes.clone();
            int flips = 1 + random.nextInt(4);
            for (int i = 0; i < flips; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try (GgufFile file = GgufFile.parse(damaged)) {
                readEverything(file);
            } catch (GgufFormatException expected) {
                assertThat(expected).hasMessageStartingWith("bad GGUF at byte ");
            }
        }
    }

    private static void readEverything(GgufFile file) {
        for (String key : file.keys()) {
            List.<Runnable>of(
                            () -> file.string(key),
                            () -> file.integer(key),
                            () -> file.real(key),
                            () -> file.strings(key),
                            () -> file.floats(key),
                            () -> file.ints(key))
                    .forEach(GgufFileTest::ignoringWrongType);
        }
        for (TensorInfo tensor : file.tensors()) {
            assertThat(file.bytes(tensor)).hasSize((int) tensor.bytes());
        }
    }

    private static void ignoringWrongType(Runnable access) {
        try {
            access.run();
        } catch (GgufFormatException expected) {
            assertThat(expected).hasMessageStartingWith("bad GGUF at byte ");
        }
    }

    @Test
    void hugeCountsAreRefusedWithoutAllocating() {
        byte[] bytes = small().toBytes();
        for (int countOffset : new int[] {8, 16, 24}) {
            for (long huge : new long[] {Long.MAX_VALUE, -1, 1L << 40, Integer.MAX_VALUE}) {
                byte[] damaged = bytes.clone();
                ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN).putLong(countOffset, huge);
                assertThatExceptionOfType(GgufFormatException.class)
                        .isThrownBy(() -> GgufFile.parse(damaged))
                        .withMessageContaining("bad GGUF at byte " + countOffset);
            }
        }
    }

    @Test
    void writerRefusesWhatAReaderWould() {
        GgufWriter writer = new GgufWriter().uint32("a", 1).tensor("t", GgmlType.F32, new long[] {1}, new byte[4]);
        assertThatIllegalArgumentException().isThrownBy(() -> writer.uint32("a", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> writer.uint32("", 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.tensor("t", GgmlType.F32, new long[] {1}, new byte[4]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.tensor("u", GgmlType.F32, new long[] {2}, new byte[4]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.tensor("u".repeat(64), GgmlType.F32, new long[] {1}, new byte[4]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.tensor("q", GgmlType.Q4_1, new long[] {31}, new byte[20]));
    }

    @Test
    void readsTheBaseModelAndDequantises() {
        TestInstallation.loadLibraries();
        try (GgufFile model = GgufFile.open(TestInstallation.model())) {
            assertThat(model.string("general.architecture")).contains("llama");
            assertThat(model.integer("llama.embedding_length")).hasValue(576);
            assertThat(model.strings("tokenizer.ggml.tokens")).hasSize(49_152);
            TensorInfo q = model.tensor("blk.0.attn_q.weight").orElseThrow();
            assertThat(q.shape()).containsExactly(576, 576);
            float[] weights = model.floats(q);
            assertThat(weights).hasSize(576 * 576);
            // Q8_0 by its definition: d as a half, then 32 signed bytes.
            ByteBuffer block = ByteBuffer.wrap(model.bytes(q)).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(q.type()).isEqualTo(GgmlType.Q8_0);
            float scale = Float.float16ToFloat(block.getShort(0));
            assertThat(weights[0]).isEqualTo(scale * block.get(2));
            assertThat(weights[31]).isEqualTo(scale * block.get(33));
            assertThat(model.row(q, 575)).containsExactly(Arrays.copyOfRange(weights, 575 * 576, 576 * 576));
        }
    }
}
