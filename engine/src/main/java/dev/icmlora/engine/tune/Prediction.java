package dev.icmlora.engine.tune;

/// A token of an answer that the state at a node has to predict.
///
/// @param node index in the block
/// @param token to be predicted
/// @param example whose answer it is of
/// @param weight of its loss in the sum that is differentiated
record Prediction(int node, int token, int example, float weight) {}
