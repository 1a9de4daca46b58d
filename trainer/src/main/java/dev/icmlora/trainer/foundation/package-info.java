/// The foundation: A, B0 and the generator, trained on together, on the suite's tasks and on tasks that nobody wrote.
///
/// Before, [dev.icmlora.trainer.shared.SharedAdapterTraining] has learned A and B0, and
/// [dev.icmlora.trainer.generator.GeneratorTraining] prior and decoder on top of them, both from the suite alone. A
/// step
/// of [dev.icmlora.trainer.foundation.FoundationObjective] draws some tasks, lets half of them begin with B0 and half
/// with what is generated, and asks each its questions. Nothing is tuned in a step: training for what tuning makes of
/// a start (MAML, arXiv 1703.03400) brought nothing over this in the same time.
/// [dev.icmlora.trainer.foundation.TunedValidation] tells what tuning makes of it all the same.
package dev.icmlora.trainer.foundation;
