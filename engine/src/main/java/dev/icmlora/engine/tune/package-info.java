/// Gradient steps on an adapter in the engine that serves it: [dev.icmlora.engine.tune.FrozenWeights] once for a
/// model, a [dev.icmlora.engine.tune.Tuner] for each thread, a [dev.icmlora.engine.tune.Tuning] for each adapter.
///
/// A step, for five examples of 150 tokens: [dev.icmlora.engine.tune.BlockTree] cuts them into blocks of 64 tokens, the
/// first of which holds what all begin with. Its keys and values are computed first, and kept in
/// [dev.icmlora.engine.tune.BlockGraph.PathStates]; then the others go forwards and back one by one. For each,
/// [dev.icmlora.engine.tune.BlockGraph] is built, computed slice by slice, and freed; gradients of B add up in
/// [dev.icmlora.engine.tune.TuningState]. Then [dev.icmlora.engine.tune.TuningState.Adam] changes B.
///
/// [dev.icmlora.engine.tune.BaseModelWeights] names a base model's tensors, for these graphs and for the trainer's
/// program in PyTorch.
package dev.icmlora.engine.tune;
