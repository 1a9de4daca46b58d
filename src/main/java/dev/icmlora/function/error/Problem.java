package dev.icmlora.function.error;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// An error as a client sees it: RFC 9457 problem details, with the extension members `errors` and `retry_after`.
///
/// @param retryAfter seconds after which another try is worth it; null where nobody knows
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(requiredProperties = {"type", "title", "status"})
public record Problem(String type, String title, int status, String detail, List<Violation> errors, Long retryAfter) {

    public static final String MEDIA_TYPE = "application/problem+json";

    /// A problem of a kind that a client can tell apart by `type`.
    static Problem of(String kind, String title, int status, String detail, List<Violation> errors) {
        return new Problem("urn:icm-lora:problem:" + kind, title, status, detail, errors, null);
    }

    static Problem of(String kind, String title, int status, String detail) {
        return of(kind, title, status, detail, List.of());
    }

    /// A problem that its status says all about.
    static Problem of(int status, String title, String detail) {
        return new Problem("about:blank", title, status, detail, List.of(), null);
    }

    /// The same problem, with one field to blame.
    Problem blaming(Violation violation) {
        return new Problem(type, title, status, detail, List.of(violation), retryAfter);
    }

    /// The same problem, which will be over then.
    Problem retriedAfter(long seconds) {
        return new Problem(type, title, status, detail, errors, seconds);
    }
}
