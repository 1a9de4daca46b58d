package dev.icmlora.generator.adapter;

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

    public LowRankShape shape() {
        return new LowRankShape(layer, module, rank, in, out);
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
}
