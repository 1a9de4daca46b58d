package dev.icmlora.generator.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.icmlora.generator.BaseModelFixture;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.NamedTensor;

/// The ggml graphs against {@link ReferenceGenerator}. Tolerance: F16 weights make ggml round the other operand of a
/// product to F16 too (2^-11 relative), and B is stored in F16, so 1 % of the largest value is allowed.
class GeneratorTest {
    private static final GeneratorFile FILE = TestGenerators.file(7);
    private static Backend backend;
    private static Generator generator;

    @BeforeAll
    static void load() {
        BaseModelFixture.loadNativeLibraries();
        backend = Backend.cpu(2);
        generator = Generator.load(FILE, backend);
    }

    @AfterAll
    static void close() {
        generator.close();
        backend.close();
    }

    @Test
    void priorEqualsTheFormulas() {
        TaskVector task = new TaskVector(random(1, TaskVector.length(32)));
        ReferenceGenerator reference = new ReferenceGenerator(FILE);

        assertClose(generator.latent(task), reference.priorMean(task));
    }

    @Test
    void adapterEqualsTheFormulasForEveryLayerModuleAndStrength() {
        float[] latent = random(2, 8);
        ReferenceGenerator reference = new ReferenceGenerator(FILE);
        for (float strength : new float[] {1, 0, 0.5f}) {
            List<NamedTensor> b = generator.generate(latent, strength).generated();
            int i = 0;
            for (int layer = 0; layer < 3; layer++) {
                for (Target target : TestGenerators.LAYOUT.targets()) {
                    NamedTensor tensor = b.get(i++);
                    assertThat(tensor.name()).isEqualTo(AdapterLayout.nameOfB(layer, target));
                    assertClose(Halves.fromF16(tensor.data()), reference.b(latent, strength, layer, target));
                }
            }
        }
    }

    @Test
    void strengthZeroIsB0WhateverTheLatent() {
        assertThat(generator.generate(random(5, 8), 0).id())
                .isEqualTo(generator.generate(random(6, 8), 0).id());
    }

    @Test
    void refusesWrongLengthsAndNumbersThatAreNotFinite() {
        assertThatThrownBy(() -> generator.generate(new float[7], 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("7 values, expected 8");
        assertThatThrownBy(() -> generator.generate(new float[] {0, 0, 0, 0, 0, 0, 0, Float.NaN}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> generator.generate(new float[8], Float.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> generator.latent(new TaskVector(new float[5])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static float[] random(long seed, int length) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static void assertClose(float[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = 0;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).as("value %d", i).isCloseTo(expected[i], within(0.01 * largest));
        }
    }
}
