package dev.icmlora.engine.tune;

/// What is computed of a block.
enum Pass {
    /// Keys and values for the blocks after it.
    STATES,
    /// Losses, and keys and values if there are blocks after it.
    LOSSES,
    /// Losses, and gradients of B and of what the blocks before it left; after those of all blocks after it.
    GRADIENTS
}
