package dev.icmlora.tasks.suite;

/// The use of a task. Tasks of different splits share no mapping, so held-out tasks are new to everything that was
/// trained or chosen.
public enum Split {
    /// The zoo, B0 and the generator learn from these.
    TRAIN,
    /// Hyper-parameters and stopping points are chosen on these.
    VALIDATION,
    /// Looked at only to report.
    HELD_OUT
}
