package dev.icmlora.evaluation;

/// The extent of a measurement.
///
/// @param inputs test inputs of a task
/// @param tasks most held-out tasks, drawn at random
/// @param seen most tasks of those that the generator was trained on, drawn at random
/// @param seed of what is drawn
public record Measurement(int inputs, int tasks, int seen, long seed) {
    public static final Measurement DEFAULT = new Measurement(8, 40, 20, 1);
}
