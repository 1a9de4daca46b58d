package dev.icmlora.function.error;

import java.util.Optional;

/// A problem as a reply. OpenAI's clients, which call what is below `/v1`, know their own form of errors only.
///
/// @param body what becomes JSON
public record ErrorReply(int status, String mediaType, Object body) {

    private static final String OPENAI = "/v1/";

    /// @param path that was asked for
    public static ErrorReply of(Problem problem, String path) {
        if (!path.startsWith(OPENAI)) {
            return new ErrorReply(problem.status(), Problem.MEDIA_TYPE, problem);
        }
        // They are not told of media types.
        var status = problem.status() == 415 ? 400 : problem.status();
        return new ErrorReply(status, "application/json", OpenAiError.of(problem));
    }

    /// Seconds after which to try again, where that helps.
    public Optional<String> retryAfter() {
        return status == 429 || status == 503 ? Optional.of("1") : Optional.empty();
    }
}
