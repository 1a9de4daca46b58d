package dev.icmlora.ggml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.icmlora.TestInstallation;

class GradientOpsTest {
    private Backend backend;

    @BeforeEach
    void open() {
        TestInstallation.loadLibraries();
        backend = Backend.cpu(1);
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private interface Function {
        Tensor of(Graph graph, GradientOps ops, Tensor x);
    }

    private interface Backward {
        /// @param y of the function
        Tensor of(GradientOps ops, Tensor gradient, Tensor x, Tensor y);
    }

    /// Compares the change of a random weighting of the result along a random direction with what the gradient says.
    private void gradientAgrees(Function function, Backward backward, long... shape) {
        Random random = new Random(1);
        try (Graph graph = Graph.create(backend, 16)) {
            Tensor x = graph.input("x", GgmlType.F32, shape);
            Tensor weights = graph.input("weights", GgmlType.F32, shape);
            GradientOps ops = new GradientOps(graph);
            Tensor y = function.of(graph, ops, x);
            Tensor gradient = backward.of(ops, weights, x, y);
            graph.output(y);
            graph.output(gradient);
            graph.build();
            float[] at = gaussian(random, x.elements());
            float[] direction = gaussian(random, x.elements());
            float[] weighting = gaussian(random, x.elements());
            weights.set(weighting);
            float step = 1e-2f;
            double[] sums = new double[2];
            for (int side = 0; side < 2; side++) {
                float[] moved = at.clone();
                for (int i = 0; i < moved.length; i++) {
                    moved[i] += (side == 0 ? step : -step) * direction[i];
                }
                x.set(moved);
                graph.compute();
                sums[side] = dot(y.toFloats(), weighting);
            }
            x.set(at);
            graph.compute();
            double along = dot(gradient.toFloats(), direction);
            assertThat((sums[0] - sums[1]) / (2 * step)).isCloseTo(along, within(2e-2 * (1 + Math.abs(along))));
        }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    private static float[] gaussian(Random random, long length) {
        float[] values = new float[(int) length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Test
    void eachGoesBackwards() {
        gradientAgrees(
                (graph, ops, x) -> graph.rmsNorm(x, 1e-5f), (ops, g, x, y) -> ops.rmsNormBack(g, x, 1e-5f), 32, 3);
        gradientAgrees((graph, ops, x) -> graph.silu(x), (ops, g, x, y) -> ops.siluBack(g, x), 32, 3);
    }

    /// Not by differences of ggml's own values, which the CPU backend takes from a table of 16-bit floats.
    @Test
    void theGradientOfGeluIsThatOfItsFormula() {
        try (Graph graph = Graph.create(backend, 24)) {
            Tensor x = graph.input("x", GgmlType.F32, 9);
            Tensor gradient = graph.input("gradient", GgmlType.F32, 9);
            GradientOps ops = new GradientOps(graph);
            Tensor gated = ops.geGlu(x, gradient);
            Tensor back = ops.geluBack(gradient, x);
            graph.output(gated);
            graph.output(back);
            graph.build();
            float[] at = {-60_000, -4, -1, -0.3f, 0, 0.7f, 2, 9, 60_000};
            float[] weighting = {1, 2, -3, 1, 1, -1, 2, 5, 3};
            x.set(at);
            gradient.set(weighting);
            graph.compute();
            for (int i = 0; i < at.length; i++) {
                double h = 1e-4 * (1 + Math.abs(at[i]));
                double slope = (gelu(at[i] + h) - gelu(at[i] - h)) / (2 * h);
                assertThat((double) back.toFloats()[i]).isCloseTo(weighting[i] * slope, within(1e-4));
                double value = weighting[i] * gelu(at[i]);
                assertThat((double) gated.toFloats()[i]).isCloseTo(value, within(1e-3 * (1 + Math.abs(value))));
            }
        }
    }

    private static double gelu(double x) {
        return x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    }

    @Test
    void attentionGoesBackwards() {
        try (Graph graph = Graph.create(backend, 32)) {
            GradientOps ops = new GradientOps(graph);
            Tensor x = graph.input("x", GgmlType.F32, 3, 2, 2);
            Tensor mask = graph.input("mask", GgmlType.F32, 3, 2);
            Tensor gradient = graph.input("gradient", GgmlType.F32, 3, 2, 2);
            Tensor y = ops.softMax(x, mask, 0.5f);
            Tensor back = ops.softMaxBack(gradient, y, 0.5f);
            graph.output(y);
            graph.output(back);
            graph.build();
            x.set(new float[12]);
            mask.set(new float[] {0, Float.NEGATIVE_INFINITY, 0, 0, 0, Float.NEGATIVE_INFINITY});
            gradient.set(new float[] {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0});
            graph.compute();
            assertThat(y.toFloats()).containsExactly(.5f, 0, .5f, .5f, .5f, 0, .5f, 0, .5f, .5f, .5f, 0);
            assertThat(back.toFloats())
                    .containsExactly(new float[] {.125f, 0, -.125f, 0, 0, 0, 0, 0, 0, -.125f, .125f, 0}, within(1e-6f));
        }
    }

    @Test
    void whatIsTurnedIsTurnedBack() {
        for (boolean halves : new boolean[] {false, true}) {
            try (Graph graph = Graph.create(backend, 8)) {
                GradientOps ops = new GradientOps(graph);
                Rope rope = new Rope(4, halves, 100, 0.5f);
                Tensor divisors = graph.input("divisors", GgmlType.F32, 2);
                Tensor x = graph.input("x", GgmlType.F32, 6, 2, 3);
                Tensor positions = graph.input("positions", GgmlType.I32, 3);
                Tensor turned = ops.rope(x, positions, Optional.of(divisors), rope);
                Tensor back = ops.ropeBack(turned, positions, Optional.of(divisors), rope);
                graph.output(turned);
                graph.output(back);
                graph.build();
                float[] values = gaussian(new Random(2), 36);
                x.set(values);
                positions.set(new int[] {0, 1, 7});
                divisors.set(new float[] {4, 1});
                graph.compute();
                assertThat(back.toFloats()).containsExactly(values, within(1e-5f));
                float[] result = turned.toFloats();
                int other = halves ? 2 : 1;
                double angle = 1 * 0.5 / 4;
                assertThat(result[0]).isEqualTo(values[0]);
                assertThat(result[12])
                        .isCloseTo(
                                (float) (values[12] * Math.cos(angle) - values[12 + other] * Math.sin(angle)),
                                within(1e-5f));
            }
        }
    }

    @Test
    void productsAndRows() {
        try (Graph graph = Graph.create(backend, 16)) {
            GradientOps ops = new GradientOps(graph);
            Tensor a = graph.input("a", GgmlType.F32, 2, 3);
            Tensor b = graph.input("b", GgmlType.F32, 1, 3);
            Tensor rows = graph.input("rows", GgmlType.I32, 1);
            Tensor product = ops.outProd(a, b);
            Tensor changed = ops.setRows(graph.scale(a, 1), graph.cont(graph.view(a, 1, 0, 1)), rows);
            Tensor gated = ops.swiGlu(a, graph.scale(a, 2));
            graph.output(product);
            graph.output(changed);
            graph.output(gated);
            graph.build();
            a.set(new float[] {1, 2, 3, 4, 5, 6});
            b.set(new float[] {1, 0, -1});
            assertThatIllegalStateException().isThrownBy(graph::compute).withMessageContaining("rows");
            assertThatIllegalArgumentException().isThrownBy(() -> rows.set(new int[] {3}));
            rows.set(new int[] {2});
            graph.compute();
            assertThat(product.toFloats()).containsExactly(-4, -4);
            assertThat(changed.toFloats()).containsExactly(1, 2, 3, 4, 1, 2);
            assertThat(gated.toFloats()[0]).isCloseTo((float) (2 / (1 + Math.exp(-1))), within(1e-4f));
            assertThat(graph.unsupported()).isEmpty();
        }
    }

    @Test
    void shapesThatWouldEndTheProcessAreRefused() {
        try (Graph graph = Graph.create(backend, 16)) {
            GradientOps ops = new GradientOps(graph);
            Tensor a = graph.input("a", GgmlType.F32, 4, 2);
            Tensor b = graph.input("b", GgmlType.F32, 4, 3);
            Tensor positions = graph.input("positions", GgmlType.I32, 2);
            Rope rope = new Rope(4, true, 10_000, 1);
            Tensor heads = graph.reshape(a, 4, 1, 2);
            assertThatIllegalArgumentException().isThrownBy(() -> ops.softMax(a, b, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> ops.softMax(a, a, Float.NaN));
            assertThatIllegalArgumentException().isThrownBy(() -> ops.softMaxBack(a, b, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> ops.rope(a, positions, Optional.empty(), rope));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ops.rope(heads, positions, Optional.of(a), rope))
                    .withMessageContaining("2 pairs");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ops.ropeBack(graph.reshape(a, 2, 2, 2), positions, Optional.empty(), rope));
            assertThatIllegalArgumentException().isThrownBy(() -> ops.rmsNormBack(a, b, 0));
            assertThatIllegalArgumentException().isThrownBy(() -> ops.swiGlu(a, b));
            assertThatIllegalArgumentException().isThrownBy(() -> ops.geGlu(a, b));
            assertThatIllegalArgumentException().isThrownBy(() -> ops.siluBack(a, b));
            assertThatIllegalArgumentException().isThrownBy(() -> ops.geluBack(a, b));
            assertThatIllegalArgumentException().isThrownBy(() -> ops.outProd(a, b));
            assertThatIllegalArgumentException().isThrownBy(() -> ops.setRows(a, b, positions));
            assertThatIllegalArgumentException().isThrownBy(() -> new Rope(3, true, 1, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> new Rope(2, true, 0, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> new Rope(2, true, 1, 0));
            assertThatIllegalStateException().isThrownBy(graph::unsupported);
        }
    }
}
