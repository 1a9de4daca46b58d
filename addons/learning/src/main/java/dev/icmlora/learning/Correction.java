package dev.icmlora.learning;

import io.quarkus.runtime.annotations.RegisterForReflection;

/// A client's correction, or confirmation, of an answer.
///
/// @param id of the answer
/// @param input of the answer; needed beside an id whose input is not kept
/// @param output what is right; either this or `right`
/// @param right true where the answer was right
@RegisterForReflection
record Correction(String id, String input, String output, Boolean right) {}
