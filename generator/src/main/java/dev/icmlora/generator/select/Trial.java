package dev.icmlora.generator.select;

/// A candidate and how it did.
public record Trial(Candidate candidate, Evidence evidence) {}
