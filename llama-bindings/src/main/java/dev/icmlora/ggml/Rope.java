package dev.icmlora.ggml;

/// Rotary positions: they turn pairs of dimensions of queries and keys by angles that fall from pair to pair.
///
/// @param dimensions of a head that are turned, an even number; the others stay
/// @param halves whether a pair is a dimension and the one half the dimensions behind it (NeoX), not two neighbours
/// @param base of the angles
/// @param scale of the positions, below 1 for a model that was made to read longer texts than before
public record Rope(int dimensions, boolean halves, float base, float scale) {
    public Rope {
        if (dimensions < 2 || dimensions % 2 != 0) {
            throw new IllegalArgumentException("an even number of dimensions is turned, not " + dimensions);
        }
        if (!(base > 0 && base < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the base is positive, not " + base);
        }
        if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the scale is positive, not " + scale);
        }
    }

    /// Pairs of dimensions that are turned.
    public int pairs() {
        return dimensions / 2;
    }

    /// `GGML_ROPE_TYPE_NORMAL` or `GGML_ROPE_TYPE_NEOX`.
    int mode() {
        return halves ? 2 : 0;
    }
}
