package dev.icmlora.trainer.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.adapter.InvalidAdapterException;
import dev.icmlora.generator.adapter.LowRankUpdate;

/// The projection against the same arithmetic on whole matrices, as one would write it down.
class ProjectionTest {
    private static final int RANK = 3;
    private static final float SCALE = 2;
    private static final Target QUERY = new Target("attn_q", 10, 8);
    private static final Target DOWN = new Target("ffn_down", 12, 10);
    private static final AdapterLayout LAYOUT = new AdapterLayout("llama", 2, RANK, SCALE * RANK, List.of(QUERY, DOWN));

    private final Random random = new Random(4);
    private final Map<String, float[]> a = new HashMap<>();

    ProjectionTest() {
        for (int layer = 0; layer < LAYOUT.layers(); layer++) {
            for (Target target : LAYOUT.targets()) {
                a.put(AdapterLayout.nameOfA(layer, target), random(RANK * target.in()));
            }
        }
    }

    @Test
    void an_adapter_with_our_own_a_comes_back_whole() {
        float[] b = random(8 * RANK);
        float factor = 5;
        float[] ours = a.get(AdapterLayout.nameOfA(1, QUERY));

        Projection projection =
                new Projection(LAYOUT, a, List.of(new LowRankUpdate(1, "attn_q", RANK, 10, 8, factor, ours, b)));

        assertThat(projection.loss()).isLessThan(1e-6);
        assertThat(projection.losses()).containsOnlyKeys("attn_q");
        float[] found = projection.b().get(AdapterLayout.nameOfB(1, QUERY));
        for (int i = 0; i < b.length; i++) {
            assertThat(found[i]).isCloseTo(b[i] * factor / SCALE, within(1e-4f));
        }
        assertThat(projection.b()).hasSize(4);
        assertThat(projection.b().get(AdapterLayout.nameOfB(0, QUERY)))
                .hasSize(8 * RANK)
                .containsOnly(0);
    }

    @Test
    void a_foreign_adapter_comes_as_near_as_least_squares_bring_it() {
        // A rank below ours in one layer, above it in the other.
        LowRankUpdate first = update(0, QUERY, 2, 0.5f);
        LowRankUpdate second = update(1, QUERY, 7, 0.25f);
        LowRankUpdate down = update(0, DOWN, 2, 3);

        Projection projection = new Projection(LAYOUT, a, List.of(first, second, down));

        Expected one = expected(first, QUERY);
        Expected two = expected(second, QUERY);
        Expected three = expected(down, DOWN);
        assertClose(projection, first, QUERY, one);
        assertClose(projection, second, QUERY, two);
        assertClose(projection, down, DOWN, three);
        assertThat(projection.losses().get("attn_q")).isCloseTo(loss(one, two), within(1e-6));
        assertThat(projection.losses().get("ffn_down")).isCloseTo(loss(three), within(1e-6));
        assertThat(projection.loss())
                .isCloseTo(loss(one, two, three), within(1e-6))
                .isBetween(0.5, 0.999);
    }

    @Test
    void what_a_module_that_we_lack_changes_is_lost() {
        LowRankUpdate ours = new LowRankUpdate(
                0, "attn_q", RANK, 10, 8, 1, a.get(AdapterLayout.nameOfA(0, QUERY)), random(8 * RANK));
        LowRankUpdate other = update(0, new Target("attn_k", 10, 8), 2, 1);

        Projection projection = new Projection(LAYOUT, a, List.of(ours, other));

        assertThat(projection.losses().get("attn_q")).isLessThan(1e-6);
        assertThat(projection.losses().get("attn_k")).isEqualTo(1);
        double whole = square(change(ours)) + square(change(other));
        assertThat(projection.loss()).isCloseTo(Math.sqrt(square(change(other)) / whole), within(1e-6));
    }

    @Test
    void what_cannot_be_projected_is_refused_by_name() {
        LowRankUpdate query = update(0, QUERY, 2, 1);
        float[] nan = random(8 * 2);
        nan[3] = Float.NaN;

        assertRefused("changed twice", query, query);
        assertRefused("blk.2.attn_q.weight is in layer 2, but", update(2, QUERY, 2, 1));
        assertRefused("takes 11 features to 8, but", update(0, new Target("attn_q", 11, 8), 2, 1));
        assertRefused("holds NaN", new LowRankUpdate(0, "attn_q", 2, 10, 8, 1, random(20), nan));
        assertRefused("outside the range of 16-bit floats", update(0, QUERY, 2, 1e7f));
        assertRefused("changes no weight", new LowRankUpdate(0, "attn_q", 2, 10, 8, 1, random(20), new float[16]));
        assertRefused("changes no weight");
    }

    private void assertRefused(String message, LowRankUpdate... updates) {
        assertThatThrownBy(() -> new Projection(LAYOUT, a, List.of(updates)))
                .isInstanceOf(InvalidAdapterException.class)
                .hasMessageContaining(message);
    }

    private LowRankUpdate update(int layer, Target target, int rank, float factor) {
        return new LowRankUpdate(
                layer,
                target.module(),
                rank,
                target.in(),
                target.out(),
                factor,
                random(rank * target.in()),
                random(target.out() * rank));
    }

    private float[] random(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /// @param b `W Aᵀ (A Aᵀ)⁻¹ / scale`
    private record Expected(double[][] b, double[][] whole, double[][] lost) {}

    private Expected expected(LowRankUpdate update, Target target) {
        double[][] ours = matrix(a.get(AdapterLayout.nameOfA(update.layer(), target)), RANK, target.in());
        double[][] whole = change(update);
        double[][] b = times(times(whole, transposed(ours)), inverse(times(ours, transposed(ours))));
        double[][] kept = times(b, ours);
        double[][] lost = new double[whole.length][whole[0].length];
        for (int i = 0; i < whole.length; i++) {
            for (int k = 0; k < whole[0].length; k++) {
                lost[i][k] = whole[i][k] - kept[i][k];
            }
        }
        for (double[] row : b) {
            for (int k = 0; k < row.length; k++) {
                row[k] /= SCALE;
            }
        }
        return new Expected(b, whole, lost);
    }

    private static void assertClose(Projection projection, LowRankUpdate update, Target target, Expected expected) {
        float[] found = projection.b().get(AdapterLayout.nameOfB(update.layer(), target));
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).isCloseTo(expected.b[i / RANK][i % RANK], within(1e-4));
        }
    }

    private static double loss(Expected... parts) {
        double whole = 0;
        double lost = 0;
        for (Expected part : parts) {
            whole += square(part.whole);
            lost += square(part.lost);
        }
        return Math.sqrt(lost / whole);
    }

    private static double[][] change(LowRankUpdate update) {
        double[][] change =
                times(matrix(update.b(), update.out(), update.rank()), matrix(update.a(), update.rank(), update.in()));
        for (double[] row : change) {
            for (int i = 0; i < row.length; i++) {
                row[i] *= update.factor();
            }
        }
        return change;
    }

    private static double square(double[][] x) {
        double sum = 0;
        for (double[] row : x) {
            for (double value : row) {
                sum += value * value;
            }
        }
        return sum;
    }

    private static double[][] matrix(float[] values, int rows, int columns) {
        double[][] matrix = new double[rows][columns];
        for (int i = 0; i < values.length; i++) {
            matrix[i / columns][i % columns] = values[i];
        }
        return matrix;
    }

    private static double[][] times(double[][] x, double[][] y) {
        double[][] product = new double[x.length][y[0].length];
        for (int i = 0; i < x.length; i++) {
            for (int k = 0; k < y[0].length; k++) {
                for (int j = 0; j < y.length; j++) {
                    product[i][k] += x[i][j] * y[j][k];
                }
            }
        }
        return product;
    }

    private static double[][] transposed(double[][] x) {
        double[][] transposed = new double[x[0].length][x.length];
        for (int i = 0; i < x.length; i++) {
            for (int k = 0; k < x[0].length; k++) {
                transposed[k][i] = x[i][k];
            }
        }
        return transposed;
    }

    /// By Gauss and Jordan; the matrix is positive definite.
    private static double[][] inverse(double[][] x) {
        int n = x.length;
        double[][] inverse = new double[n][n];
        for (int i = 0; i < n; i++) {
            inverse[i][i] = 1;
        }
        for (int i = 0; i < n; i++) {
            double pivot = x[i][i];
            for (int k = 0; k < n; k++) {
                x[i][k] /= pivot;
                inverse[i][k] /= pivot;
            }
            for (int row = 0; row < n; row++) {
                double factor = row == i ? 0 : x[row][i];
                for (int k = 0; k < n; k++) {
                    x[row][k] -= factor * x[i][k];
                    inverse[row][k] -= factor * inverse[i][k];
                }
            }
        }
        return inverse;
    }
}
