package dev.icmlora.function.openai;

import dev.icmlora.function.service.TextRequest;

/// A request for text, read and checked.
///
/// @param stream send the text as it is written
/// @param streamUsage end the stream with the tokens used
record CompletionRequest(TextRequest text, boolean stream, boolean streamUsage) {}
