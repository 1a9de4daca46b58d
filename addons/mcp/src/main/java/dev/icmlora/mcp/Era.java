package dev.icmlora.mcp;

/// What the specification calls the two kinds of revisions that it has had.
enum Era {
    /// A client begins with `initialize`, and its later requests are in the revision that was agreed on.
    LEGACY,
    /// Each request says for itself which revision it is in.
    MODERN
}
