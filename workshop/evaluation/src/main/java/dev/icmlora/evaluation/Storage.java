package dev.icmlora.evaluation;

/// Compares the generator's size on disk with that of the adapters that it stands in for.
///
/// @param generator bytes of its file
/// @param tasks that it was trained on
/// @param adapter bytes of one adapter's B matrices; A is the same for all and would be kept once
record Storage(long generator, int tasks, long adapter) {
    /// Checkpoints a task that the paper keeps (arXiv 2501.17635).
    private static final int CHECKPOINTS = 100;

    double ofOneEach() {
        return (double) generator / ((double) tasks * adapter);
    }

    double ofAllCheckpoints() {
        return ofOneEach() / CHECKPOINTS;
    }
}
