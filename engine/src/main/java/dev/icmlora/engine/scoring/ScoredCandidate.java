package dev.icmlora.engine.scoring;

/// A candidate and how it did.
public record ScoredCandidate(Candidate candidate, Score score) {}
