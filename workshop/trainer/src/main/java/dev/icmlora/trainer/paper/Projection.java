package dev.icmlora.trainer.paper;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.adapter.InvalidAdapterException;
import dev.icmlora.generator.adapter.LowRankUpdate;
import dev.icmlora.ggml.Halves;

/// Brings a LoRA with an A of its own onto the A that all adapters here share: of all B, the one that changes a weight
/// most nearly as the LoRA does, by least squares.
///
/// The LoRA changes a weight by `factor B' A'`, ours by `scale B A`. Each row of the LoRA's change is projected onto
/// the rows of A, so that `B = factor / scale B' A' A⁺`, where `A⁺` is the pseudo-inverse of A. What is orthogonal to
/// A's rows is lost: a LoRA of which A was drawn by itself loses most of what it does.
final class Projection {

    private final AdapterLayout layout;
    private final Map<String, float[]> a;
    private final SequencedMap<String, float[]> b = new LinkedHashMap<>();
    private final SequencedMap<String, Squares> squares = new LinkedHashMap<>();

    /// Squared Frobenius norms.
    ///
    /// @param whole of the LoRA's changes
    /// @param lost of the part that our adapters cannot express
    private record Squares(double whole, double lost) {
        private static final Squares NONE = new Squares(0, 0);

        private Squares plus(Squares other) {
            return new Squares(whole + other.whole, lost + other.lost);
        }

        private double loss() {
            return whole == 0 ? 0 : Math.sqrt(lost / whole);
        }
    }

    /// @param a the shared A `[rank, in]`, row by row, by GGUF name
    /// @param updates of a LoRA; where the layout lacks their module, they are lost
    /// @throws InvalidAdapterException if an update does not fit the layout in any other way, or if they
    /// change nothing, or by more than 16-bit floats can hold
    Projection(AdapterLayout layout, Map<String, float[]> a, List<LowRankUpdate> updates) {
        this.layout = layout;
        this.a = a;
        for (int layer = 0; layer < layout.layers(); layer++) {
            for (Target target : layout.targets()) {
                b.put(AdapterLayout.nameOfB(layer, target), new float[target.out() * layout.rank()]);
            }
        }
        Set<String> weights = new HashSet<>();
        for (LowRankUpdate update : updates) {
            if (!weights.add(update.weight())) {
                throw new InvalidAdapterException(update.weight(), null, null, "is changed twice");
            }
            Squares own = layout.modules().contains(update.module()) ? projected(update) : lost(update);
            squares.merge(update.module(), own, Squares::plus);
        }
        if (total().whole == 0) {
            throw new InvalidAdapterException("", null, null, "changes no weight");
        }
    }

    /// B `[out, rank]` of each weight of the layout, row by row, by GGUF name; zero where the LoRA changes nothing.
    SequencedMap<String, float[]> b() {
        return b;
    }

    /// What is lost of each module that the LoRA changes: the Frobenius norm of the lost part over that of the whole,
    /// of all layers together. 0 is nothing, 1 is everything.
    SequencedMap<String, Double> losses() {
        SequencedMap<String, Double> losses = new LinkedHashMap<>();
        squares.forEach((module, own) -> losses.put(module, own.loss()));
        return losses;
    }

    /// The same of all modules together.
    double loss() {
        return total().loss();
    }

    private Squares total() {
        return squares.values().stream().reduce(Squares.NONE, Squares::plus);
    }

    private static Squares lost(LowRankUpdate update) {
        double whole = squaredNorm(update, matrix(update.a(), update.rank(), update.in()));
        return new Squares(whole, whole);
    }

    private Squares projected(LowRankUpdate update) {
        update.requireFits(layout);
        Target target = layout.targets().get(layout.modules().indexOf(update.module()));
        RealMatrix ours = matrix(a.get(AdapterLayout.nameOfA(update.layer(), target)), layout.rank(), target.in());
        RealMatrix theirs = matrix(update.a(), update.rank(), update.in());
        // M = A' A⁺, from the least squares of Aᵀ Mᵀ = A'ᵀ.
        RealMatrix m = new SingularValueDecomposition(ours.transpose())
                .getSolver()
                .solve(theirs.transpose())
                .transpose();
        double scale = update.factor() * layout.rank() / layout.alpha();
        RealMatrix projected =
                matrix(update.b(), update.out(), update.rank()).multiply(m).scalarMultiply(scale);
        float[] values = b.get(AdapterLayout.nameOfB(update.layer(), target));
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) projected.getEntry(i / layout.rank(), i % layout.rank());
            if (!(Math.abs(values[i]) <= Halves.LARGEST)) {
                throw new InvalidAdapterException(
                        update.weight(),
                        Halves.LARGEST,
                        values[i],
                        "is changed so much that B holds " + values[i] + ", outside the range of 16-bit floats");
            }
        }
        return new Squares(squaredNorm(update, theirs), squaredNorm(update, theirs.subtract(m.multiply(ours))));
    }

    /// `‖factor B' R‖²`, without the large product: `factor² tr(B'ᵀB' RRᵀ)`.
    private static double squaredNorm(LowRankUpdate update, RealMatrix r) {
        RealMatrix theirs = matrix(update.b(), update.out(), update.rank());
        double trace = theirs.transposeMultiply(theirs)
                .multiply(r.multiplyTransposed(r))
                .getTrace();
        // Rounding may leave a tiny negative number where nothing is lost.
        return Math.max(0, (double) update.factor() * update.factor() * trace);
    }

    private static RealMatrix matrix(float[] values, int rows, int columns) {
        RealMatrix matrix = MatrixUtils.createRealMatrix(rows, columns);
        for (int i = 0; i < values.length; i++) {
            matrix.setEntry(i / columns, i % columns, values[i]);
        }
        return matrix;
    }
}
