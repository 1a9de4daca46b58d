package dev.icmlora.ggml;

/// How positions turn queries and keys: pairs of dimensions by angles that fall from pair to pair.
///
/// @param dimensions of a head that are turned, an even number; the others stay
/// @param halves whether a pair is a dimension and the one half the dimensions behind it (NeoX), not two neighbours
/// @param base of the angles
public record Rope(int dimensions, boolean halves, float base) {
    public Rope {
        if (dimensions < 2 || dimensions % 2 != 0) {
            throw new IllegalArgumentException("an even number of dimensions is turned, not " + dimensions);
        }
        if (!(base > 0 && base < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the base is positive, not " + base);
        }
    }

    /// `GGML_ROPE_TYPE_NORMAL` or `GGML_ROPE_TYPE_NEOX`.
    int mode() {
        return halves ? 2 : 0;
    }
}
