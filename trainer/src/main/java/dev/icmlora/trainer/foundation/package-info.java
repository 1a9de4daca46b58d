/// The foundation: A and B0, learned for what a few gradient steps on a task's own examples make of them.
///
/// A step of [dev.icmlora.trainer.foundation.TunedObjective] draws some tasks,
/// [dev.icmlora.trainer.foundation.InnerTuning] tunes an adapter for each from B0 as the engine does in a request, and
/// the loss is that of other questions of the same tasks under the tuned adapters, whose gradient is taken for that of
/// B0 (first-order MAML, arXiv 1703.03400 section 5.2).
package dev.icmlora.trainer.foundation;
