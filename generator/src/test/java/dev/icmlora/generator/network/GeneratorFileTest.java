package dev.icmlora.generator.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.Halves;

class GeneratorFileTest {
    @TempDir
    Path folder;

    @Test
    void readsBackWhatWasWritten() {
        Path path = folder.resolve("generator.gguf");
        TestGenerators.file(1).write(path);

        GeneratorFile read = GeneratorFile.read(path);

        assertThat(read.manifest()).isEqualTo(TestGenerators.manifest());
        assertThat(read.floats("prior.0.bias"))
                .isEqualTo(TestGenerators.weights(1).get("prior.0.bias"));
    }

    @Test
    void sameContentGivesTheSameBytes() {
        TestGenerators.file(1).write(folder.resolve("a"));
        TestGenerators.file(1).write(folder.resolve("b"));

        assertThat(folder.resolve("a")).hasSameBinaryContentAs(folder.resolve("b"));
    }

    @Test
    void latentsOfSeenTasksAreAnOptionalPart() {
        Path path = folder.resolve("generator.gguf");
        float[] latent = {1, 2, 3, 4, 5, 6, 7, 8};
        TestGenerators.file(1).withSeenLatents(List.of(latent)).write(path);

        GeneratorFile read = GeneratorFile.read(path);

        assertThat(read.seenLatents()).containsExactly(latent);
        TestGenerators.file(1).write(path);
        assertThat(GeneratorFile.read(path).seenLatents()).isEmpty();
    }

    @Test
    void saysWhatIsWrongWithLatentsOfSeenTasks() {
        GeneratorFile file = TestGenerators.file(1);
        float[] notFinite = new float[8];
        notFinite[3] = Float.NaN;

        assertThatThrownBy(() -> file.withSeenLatents(List.of(new float[7])))
                .isInstanceOf(InvalidGeneratorException.class)
                .hasMessageContaining("7 values, expected 8");
        assertThatThrownBy(() -> file.withSeenLatents(List.of(new float[8], new float[8])))
                .isInstanceOf(InvalidGeneratorException.class)
                .hasMessageContaining("seen.latents has 64 bytes, expected 32");
        assertThatThrownBy(() -> file.withSeenLatents(List.of(notFinite)))
                .isInstanceOf(InvalidGeneratorException.class)
                .hasMessageContaining("seen.latents holds NaN");
    }

    @Test
    void saysWhatIsWrongWithWeights() {
        Map<String, float[]> missing = TestGenerators.weights(1);
        missing.remove("decoder.1.bias");
        assertThatThrownBy(() -> GeneratorFile.of(TestGenerators.manifest(), missing))
                .isInstanceOf(InvalidGeneratorException.class)
                .hasMessageContaining("decoder.1.bias is missing");

        Map<String, float[]> unknown = TestGenerators.weights(1);
        unknown.put("decoder.9.bias", new float[1]);
        assertThatThrownBy(() -> GeneratorFile.of(TestGenerators.manifest(), unknown))
                .isInstanceOf(InvalidGeneratorException.class)
                .hasMessageContaining("unknown tensor decoder.9.bias");

        Map<String, float[]> shorter = TestGenerators.weights(1);
        shorter.put("decoder.1.bias", new float[3]);
        assertThatThrownBy(() -> GeneratorFile.of(TestGenerators.manifest(), shorter))
                .isInstanceOf(InvalidGeneratorException.class)
                .hasMessageContaining("12 bytes, expected 192");

        Map<String, float[]> notFinite = TestGenerators.weights(1);
        notFinite.get("decoder.1.weight")[5] = Float.POSITIVE_INFINITY;
        assertThatThrownBy(() -> GeneratorFile.of(TestGenerators.manifest(), notFinite))
                .isInstanceOf(InvalidGeneratorException.class)
                .hasMessageContaining("decoder.1.weight holds Infinity");
    }

    @Test
    void refusesExactlyWhatIsNotFinite() {
        for (float unusable : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
            Map<String, float[]> weights = TestGenerators.weights(1);
            weights.get("decoder.1.weight")[0] = unusable;
            assertThatThrownBy(() -> GeneratorFile.of(TestGenerators.manifest(), weights))
                    .isInstanceOf(InvalidGeneratorException.class)
                    .hasMessageContaining("decoder.1.weight holds " + unusable);
        }
        for (float usable : new float[] {Halves.LARGEST, -Halves.LARGEST, Float.MIN_VALUE}) {
            Map<String, float[]> weights = TestGenerators.weights(1);
            weights.get("decoder.1.weight")[0] = usable;
            assertThat(GeneratorFile.of(TestGenerators.manifest(), weights).floats("decoder.1.weight")[0])
                    .isEqualTo(Float.float16ToFloat(Float.floatToFloat16(usable)));
        }
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        Path other = folder.resolve("other.gguf");
        new GgufWriter().string("general.architecture", "llama").write(other);
        assertThatThrownBy(() -> GeneratorFile.read(other))
                .isInstanceOf(InvalidGeneratorException.class)
                .hasMessageContaining("not a generator");

        Path text = Files.writeString(folder.resolve("text"), "not a GGUF file at all");
        assertThatThrownBy(() -> GeneratorFile.read(text)).isInstanceOf(InvalidGeneratorException.class);

        assertThatThrownBy(() -> GeneratorFile.read(folder.resolve("absent"))).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void damagedFilesAreRefusedOrReadButNeverCrash() throws IOException {
        Path path = folder.resolve("generator.gguf");
        TestGenerators.file(1).write(path);
        byte[] intact = Files.readAllBytes(path);
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 300; round++) {
            byte[] damaged = intact.clone();
            for (int i = 0; i < 4; i++) {
                damaged[random.nextInt(round % 2 == 0 ? 2048 : damaged.length)] = (byte) random.nextInt();
            }
            Files.write(path, damaged);
            try {
                GeneratorFile.read(path);
            } catch (InvalidGeneratorException expected) {
                assertThat(expected).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void refusesAnotherBaseModelAndAnotherPromptFormat() {
        GeneratorManifest manifest = TestGenerators.manifest();

        manifest.requireMatch(new BaseModelId("tiny renamed", "00ff"), "v1:0");

        assertThatThrownBy(() -> manifest.requireMatch(new BaseModelId("huge", "ee11"), "v1:0"))
                .isInstanceOf(InvalidGeneratorException.class)
                .hasMessageContaining("tiny (00ff)")
                .hasMessageContaining("huge (ee11)");
        assertThatThrownBy(() -> manifest.requireMatch(new BaseModelId("tiny", "00ff"), "v1:1"))
                .isInstanceOf(InvalidGeneratorException.class)
                .hasMessageContaining("v1:0")
                .hasMessageContaining("v1:1");
    }
}
