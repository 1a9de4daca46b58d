package dev.icmlora.generator.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.generator.BaseModelFixture;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.Halves;

/// What adapters begin with where nobody trained a generator.
class UntrainedGeneratorTest {
    private static final BaseModelId BASE = new BaseModelId("tiny", "00ff");
    private static final int MATRICES =
            TestGenerators.LAYOUT.layers() * TestGenerators.LAYOUT.targets().size();

    private static GeneratorFile untrained() {
        return untrained(Collections.nCopies(MATRICES, 1.0));
    }

    private static GeneratorFile untrained(List<Double> gains) {
        return UntrainedGenerator.of(BASE, "v1:0", 32, TestGenerators.LAYOUT, gains);
    }

    @Test
    void ratesFollowTheGainsAndStayWithinWhatAFileHolds() {
        List<Double> gains = new ArrayList<>(Collections.nCopies(MATRICES, 1.0));
        gains.set(0, 5.0);
        gains.set(1, Double.POSITIVE_INFINITY);
        gains.set(2, Double.NaN);
        gains.set(3, 0.0);

        List<Float> rates = untrained(gains).manifest().tuningRates();

        assertThat(rates.getFirst()).isEqualTo(5 * rates.getLast());
        assertThat(rates.subList(1, 4)).containsExactly(100f, 0.01f, 0.01f);
    }

    @Test
    void itsAdaptersChangeNothingAndHaveSomewhereToBegin() {
        BaseModelFixture.loadNativeLibraries();
        try (Backend backend = Backend.cpu(1);
                Generator generator = Generator.load(untrained(), backend)) {
            float[] anything = new float[TaskVector.length(32)];
            anything[3] = 5;
            var latent = generator.latent(new TaskVector(anything));

            var adapter = generator.generate(latent, 1);

            assertThat(adapter.generated())
                    .allSatisfy(b -> assertThat(Halves.fromF16(b.data())).containsOnly(0));
            assertThat(adapter.fixed()).allSatisfy(a -> {
                float[] values = Halves.fromF16(a.data());
                double squares = 0;
                for (float value : values) {
                    squares += value * value;
                }
                assertThat(Math.sqrt(squares / values.length * 32)).isBetween(0.5, 1.2);
            });
            assertThat(generator.manifest().isTrained()).isFalse();
        }
    }

    @Test
    void itIsTheSameEveryTimeAndAFileLikeOthers(@TempDir Path folder) throws Exception {
        untrained().write(folder.resolve("a.gguf"));
        GeneratorFile.read(folder.resolve("a.gguf")).write(folder.resolve("b.gguf"));

        assertThat(folder.resolve("a.gguf")).hasSameBinaryContentAs(folder.resolve("b.gguf"));
        assertThat(GeneratorFile.isFor(folder.resolve("a.gguf"), BASE)).isTrue();
        assertThat(GeneratorFile.isFor(folder.resolve("a.gguf"), new BaseModelId("tiny", "11ff")))
                .isFalse();
        Files.writeString(folder.resolve("c.gguf"), "no generator");
        assertThat(GeneratorFile.isFor(folder.resolve("c.gguf"), BASE)).isFalse();
    }
}
