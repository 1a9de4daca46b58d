package dev.icmlora.evaluation;

/// What is measured of a running function.
///
/// @param inputs test inputs of a task
/// @param tasks most tasks of a group, drawn at random
/// @param seed of what is drawn
/// @param suiteSeed seed of the task suite
public record Measurement(int inputs, int tasks, long seed, long suiteSeed) {
    public static final Measurement DEFAULT = new Measurement(8, 40, 1, 1);
}
