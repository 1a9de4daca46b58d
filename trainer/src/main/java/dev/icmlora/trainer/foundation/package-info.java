/// The foundation: A, B0, the rates of tuning and the generator, learned together for what a few gradient steps on a
/// task's own examples make of them.
///
/// A step of [dev.icmlora.trainer.foundation.TunedObjective] draws some tasks,
/// [dev.icmlora.trainer.foundation.InnerTuning] tunes an adapter for each as the engine does in a request, from B0 or
/// from what is generated, and the loss is that of other questions of the same tasks under the tuned adapters, whose
/// gradient is taken for that of the start (first-order MAML, arXiv 1703.03400 section 5.2). The rates are learned as
/// in
/// Meta-SGD (arXiv 1707.09835), one for each matrix.
package dev.icmlora.trainer.foundation;
