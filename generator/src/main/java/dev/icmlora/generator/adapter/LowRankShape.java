package dev.icmlora.generator.adapter;

import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.adapter.InvalidAdapterException.Remedy;

/// The shape of a [LowRankUpdate], known before memory is taken for its numbers.
///
/// @param layer counted from 0
/// @param module the weight's name in its layer, as in [AdapterLayout.Target#module]
/// @param in input features
/// @param out output features
public record LowRankShape(int layer, String module, int rank, int in, int out) {

    /// The name of the weight in the base model's file.
    public String weight() {
        return "blk." + layer + "." + module + ".weight";
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
