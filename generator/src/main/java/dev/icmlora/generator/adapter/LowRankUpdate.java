package dev.icmlora.generator.adapter;

import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.adapter.InvalidAdapterException.Remedy;

/// The change that a LoRA of any origin makes to one weight of the base model: `W x` becomes
/// `W x + factor * B A x`.
///
/// @param layer counted from 0
/// @param module the weight's name in its layer, as in [AdapterLayout.Target#module]
/// @param in input features
/// @param out output features
/// @param factor mostly alpha / rank
/// @param a `[rank, in]`, row by row
/// @param b `[out, rank]`, row by row
public record LowRankUpdate(int layer, String module, int rank, int in, int out, float factor, float[] a, float[] b) {
    /// @throws IllegalArgumentException if the arrays do not have these sizes
    public LowRankUpdate {
        if (a.length != (long) rank * in || b.length != (long) out * rank) {
            throw new IllegalArgumentException("A of " + a.length + " and B of " + b.length + " values are no [" + rank
                    + ", " + in + "] and [" + out + ", " + rank + "]");
        }
    }

    public Shape shape() {
        return new Shape(layer, module, rank, in, out);
    }

    /// The name of the weight in the base model's file.
    public String weight() {
        return shape().weight();
    }

    /// Checks that it changes a weight which adapters of a layout change, whatever its rank, by finite numbers.
    ///
    /// @throws InvalidAdapterException if it does not
    public void requireFits(AdapterLayout layout) {
        shape().requireFits(layout);
        requireFinite();
    }

    /// @throws InvalidAdapterException if one of its numbers is not finite
    void requireFinite() {
        requireFinite(factor);
        for (float value : a) {
            requireFinite(value);
        }
        for (float value : b) {
            requireFinite(value);
        }
    }

    private void requireFinite(float value) {
        if (!Float.isFinite(value)) {
            throw new InvalidAdapterException(weight(), "finite numbers", Float.toString(value), "holds " + value);
        }
    }

    /// The shape of one, known before memory is taken for its numbers.
    ///
    /// @param layer counted from 0
    /// @param module the weight's name in its layer, as in [AdapterLayout.Target#module]
    /// @param in input features
    /// @param out output features
    public record Shape(int layer, String module, int rank, int in, int out) {

        /// The name of the weight in the base model's file.
        public String weight() {
            return AdapterLayout.weight(layer, module);
        }

        /// Checks that it is of a weight which adapters of a layout change, whatever its rank.
        ///
        /// @throws InvalidAdapterException if it is not
        public void requireFits(AdapterLayout layout) {
            Target target = layout.targets().stream()
                    .filter(candidate -> candidate.module().equals(module))
                    .findFirst()
                    .orElseThrow(() -> new InvalidAdapterException(
                            weight(),
                            layout.modules(),
                            module,
                            "is changed, but adapters here change " + String.join(", ", layout.modules()) + " only",
                            Remedy.MORE_MODULES));
            if (layer >= layout.layers()) {
                throw new InvalidAdapterException(
                        weight(),
                        layout.layers(),
                        layer,
                        "is in layer " + layer + ", but the base model has " + layout.layers() + " layers");
            }
            if (in != target.in() || out != target.out()) {
                throw new InvalidAdapterException(
                        weight(),
                        target.in() + " to " + target.out(),
                        in + " to " + out,
                        "takes " + in + " features to " + out + ", but the base model's takes " + target.in() + " to "
                                + target.out());
            }
        }
    }
}
