package dev.icmlora.trainer.paper;

/// The architecture of a CVAE.
public enum CvaeDecoder {
    /// A head for each module on a shared trunk, as the function has it.
    HEADS,
    /// The paper's 1-D convolutions, for comparison.
    CONV
}
