package dev.icmlora.engine.selection;

/// How a task is served, and how sure its answers are.
///
/// @param confidence chance that an answer is exactly right
public record Choice(Way way, double confidence) {}
