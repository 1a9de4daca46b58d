package dev.icmlora.ggml;

import static dev.icmlora.ggml.Checks.extent;
import static dev.icmlora.ggml.Checks.pointer;
import static dev.icmlora.ggml.Checks.require;
import static dev.icmlora.ggml.Checks.requireDense;
import static dev.icmlora.ggml.Checks.requireEpsilon;
import static dev.icmlora.ggml.Checks.requireType;
import static dev.icmlora.ggml.Checks.strideIsElement;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

import dev.icmlora.capi.GgmlOpsH;
import dev.icmlora.capi.GgmlOpsH.Turn;
import dev.icmlora.capi.GgmlTensor;

/// Operations of a transformer beside those of [Graph], each with its counterpart in a backward pass. A gradient
/// has the shape of what it is the gradient of.
///
/// A backward pass written with them is more of the same graph: ggml's own one multiplies a quantised weight the
/// other way round with `out_prod`, which de-quantises all of it for each column.
public final class GradientOps {
    /// `GELU_COEF_A` and twice `SQRT_2_OVER_PI` of ggml's CPU backend (`vec.h`).
    private static final float GELU_BEND = 0.044715f;

    private static final float GELU_SLOPE = (float) (2 * Math.sqrt(2 / Math.PI));

    private final Graph graph;

    public GradientOps(Graph graph) {
        this.graph = graph;
    }

    /// Softmax of `scale * a + mask` over the first dimension.
    ///
    /// @param a `[k, n, p, q]`, F32, contiguous
    /// @param mask `[k, n]`, F32, contiguous: 0 where a token is seen, negative infinity where not
    public Tensor softMax(Tensor a, Tensor mask, float scale) {
        requireDense(a);
        requireDense(mask);
        require(
                extent(mask, 0) == extent(a, 0)
                        && extent(mask, 1) == extent(a, 1)
                        && extent(mask, 2) == 1
                        && extent(mask, 3) == 1,
                "the mask does not cover rows and columns",
                a,
                mask);
        requireFinite(scale);
        return graph.result(GgmlOpsH.ggml_soft_max_ext(graph.begin(a, mask), pointer(a), pointer(mask), scale, 0));
    }

    /// The gradient of [#softMax]'s first argument.
    ///
    /// @param gradient of the result
    /// @param result of [#softMax]
    public Tensor softMaxBack(Tensor gradient, Tensor result, float scale) {
        requireAlike(gradient, result);
        requireFinite(scale);
        return graph.result(GgmlOpsH.ggml_soft_max_ext_back(
                graph.begin(gradient, result), pointer(gradient), pointer(result), scale, 0));
    }

    /// Turns the heads of each token by its position.
    ///
    /// @param a `[head size, heads, tokens]`, F32, contiguous
    /// @param positions `[tokens]`, I32
    /// @param divisors of the angles, `[pairs]`, F32, such as Llama 3's `rope_freqs`; empty for ones
    public Tensor rope(Tensor a, Tensor positions, Optional<Tensor> divisors, Rope rope) {
        return turn(GgmlOpsH.ggml_rope_ext, a, positions, divisors, rope);
    }

    /// The gradient of [#rope]'s first argument: turned back.
    public Tensor ropeBack(Tensor gradient, Tensor positions, Optional<Tensor> divisors, Rope rope) {
        return turn(GgmlOpsH.ggml_rope_ext_back, gradient, positions, divisors, rope);
    }

    private Tensor turn(Turn turn, Tensor a, Tensor positions, Optional<Tensor> divisors, Rope rope) {
        requireTurns(a, positions, rope);
        divisors.ifPresent(each -> requireDivides(each, rope));
        MemorySegment context =
                divisors.map(each -> graph.begin(a, positions, each)).orElseGet(() -> graph.begin(a, positions));
        return graph.result(turn.of(
                context,
                pointer(a),
                pointer(positions),
                divisors.map(Checks::pointer).orElse(MemorySegment.NULL),
                rope.dimensions(),
                rope.mode(),
                0,
                rope.base(),
                rope.scale(),
                0,
                1,
                0,
                0));
    }

    /// The gradient of [Graph#rmsNorm]'s argument.
    ///
    /// @param gradient of the result
    /// @param a its argument
    public Tensor rmsNormBack(Tensor gradient, Tensor a, float epsilon) {
        requireEpsilon(epsilon);
        requireAlike(gradient, a);
        return graph.result(
                GgmlOpsH.ggml_rms_norm_back(graph.begin(gradient, a), pointer(gradient), pointer(a), epsilon));
    }

    /// `silu(gate) * up`.
    public Tensor swiGlu(Tensor gate, Tensor up) {
        requireAlike(gate, up);
        return graph.result(GgmlOpsH.ggml_swiglu_split(graph.begin(gate, up), pointer(gate), pointer(up)));
    }

    /// `gelu(gate) * up`, in the tanh approximation.
    public Tensor geGlu(Tensor gate, Tensor up) {
        requireAlike(gate, up);
        return graph.result(GgmlOpsH.ggml_geglu_split(graph.begin(gate, up), pointer(gate), pointer(up)));
    }

    /// The gradient of [Graph#silu]'s argument.
    ///
    /// @param gradient of the result
    /// @param a its argument
    public Tensor siluBack(Tensor gradient, Tensor a) {
        requireAlike(gradient, a);
        return graph.result(GgmlOpsH.ggml_silu_back(graph.begin(gradient, a), pointer(gradient), pointer(a)));
    }

    /// The gradient of the argument of gelu. ggml has no operation for it, so it is put together from others: in
    /// the tanh approximation, gelu is `a * sigmoid(v)` with `v = 2 * sqrt(2 / pi) * (a + 0.044715 * a^3)`.
    ///
    /// @param gradient of the result
    /// @param a its argument
    public Tensor geluBack(Tensor gradient, Tensor a) {
        requireAlike(gradient, a);
        Tensor line = graph.scale(a, GELU_SLOPE);
        Tensor cube = graph.scale(graph.mul(graph.mul(a, a), a), GELU_SLOPE * GELU_BEND);
        Tensor sigmoid = graph.sigmoid(graph.add(line, cube));
        Tensor slope = graph.sub(sigmoid, graph.mul(sigmoid, sigmoid));
        Tensor timesDerivative = graph.add(line, graph.scale(cube, 3));
        return graph.mul(gradient, graph.add(sigmoid, graph.mul(slope, timesDerivative)));
    }

    /// The sum over columns of `a` times the transpose of `b`: `[m, k]` and `[n, k]` give `[m, n]`. Both F32.
    public Tensor outProd(Tensor a, Tensor b) {
        requireDense(a);
        requireDense(b);
        for (int i = 1; i < GgmlTensor.MAX_DIMENSIONS; i++) {
            require(extent(a, i) == extent(b, i), "numbers of columns differ", a, b);
        }
        return graph.result(GgmlOpsH.ggml_out_prod(graph.begin(a, b), pointer(a), pointer(b)));
    }

    /// Overwrites rows of a computed tensor, which has its old values nowhere afterwards.
    ///
    /// @param a `[k, rows]`, F32, contiguous
    /// @param values `[k, n]`, F32
    /// @param rows `[n]`, an I32 input of this graph without repetitions
    public Tensor setRows(Tensor a, Tensor values, Tensor rows) {
        requireDense(a);
        requireDense(values);
        require(
                extent(values, 0) == extent(a, 0) && extent(values, 1) == extent(rows, 0) && rows.shape().length == 1,
                "rows do not fit",
                a,
                values,
                rows);
        for (Tensor tensor : Arrays.asList(a, values)) {
            require(extent(tensor, 2) == 1 && extent(tensor, 3) == 1, "no matrix", tensor);
        }
        graph.index(rows, extent(a, 1));
        return graph.result(
                GgmlOpsH.ggml_set_rows(graph.begin(a, values, rows), pointer(a), pointer(values), pointer(rows)));
    }

    private static void requireTurns(Tensor a, Tensor positions, Rope rope) {
        requireDense(a);
        requireType(positions, GgmlType.I32);
        require(strideIsElement(positions), "transposed", positions);
        require(extent(a, 3) == 1, "more than three dimensions", a);
        require(
                positions.shape().length == 1 && extent(positions, 0) == extent(a, 2),
                "not one position for each token",
                a,
                positions);
        require(rope.dimensions() <= extent(a, 0), rope + " turns more than a head", a);
    }

    private static void requireDivides(Tensor divisors, Rope rope) {
        requireDense(divisors);
        require(
                divisors.shape().length == 1 && extent(divisors, 0) == rope.pairs(),
                "not one divisor for each of " + rope.pairs() + " pairs",
                divisors);
    }

    private static void requireAlike(Tensor a, Tensor b) {
        requireDense(a);
        requireDense(b);
        for (int i = 0; i < GgmlTensor.MAX_DIMENSIONS; i++) {
            require(extent(a, i) == extent(b, i), "shapes differ", a, b);
        }
    }

    private static void requireFinite(float scale) {
        if (!Float.isFinite(scale)) {
            throw new IllegalArgumentException("scale is " + scale);
        }
    }
}
