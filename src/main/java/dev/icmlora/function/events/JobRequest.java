package dev.icmlora.function.events;

import java.util.Optional;

import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.Source;

/// Body of `POST /jobs`: one of `/generate`, whose inputs may lie in an object.
///
/// @param source of the inputs, in place of those in the request
record JobRequest(GenerateRequest request, Optional<Source> source) {}
