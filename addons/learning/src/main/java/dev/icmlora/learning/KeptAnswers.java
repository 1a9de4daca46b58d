package dev.icmlora.learning;

import java.util.List;

import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.function.service.FunctionObserver.Answered;

/// A reply of a function as it is kept, where inputs are.
///
/// @param version that answered
@RegisterForReflection
record KeptAnswers(int version, List<Answered> answers) {}
