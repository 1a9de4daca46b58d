package dev.icmlora.function.error;

import java.util.Optional;

/// A problem as a reply. OpenAI's clients, which call what is below `/v1`, know their own form of errors only.
///
/// @param body what becomes JSON
/// @param retryAfter seconds after which to try again, where that helps
public record ErrorReply(int status, String mediaType, Object body, Optional<String> retryAfter) {

    private static final String OPENAI = "/v1/";

    /// @param path that was asked for
    public static ErrorReply of(Problem problem, String path) {
        if (!path.startsWith(OPENAI)) {
            return new ErrorReply(problem.status(), Problem.MEDIA_TYPE, problem, retryAfter(problem));
        }
        // They are not told of media types.
        var status = problem.status() == 415 ? 400 : problem.status();
        return new ErrorReply(status, "application/json", OpenAiError.of(problem), retryAfter(problem));
    }

    private static Optional<String> retryAfter(Problem problem) {
        return Optional.ofNullable(problem.retryAfter()).map(String::valueOf);
    }
}
