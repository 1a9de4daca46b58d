package dev.icmlora.function.error;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;

/// An error as a client sees it: RFC 9457 problem details, with the extension members `errors` and `retry_after`.
///
/// @param retryAfter seconds after which another try is worth it; null where it never is
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(String type, String title, int status, String detail, List<Violation> errors, Long retryAfter) {

    public static final String MEDIA_TYPE = "application/problem+json";

    /// Seconds until another try, where the reason passes and its end is not known.
    private static final long SOON = 1;

    public Problem {
        if (retryAfter == null && (status == 429 || status == 503)) {
            retryAfter = SOON;
        }
    }
}
