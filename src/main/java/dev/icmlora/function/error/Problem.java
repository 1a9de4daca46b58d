package dev.icmlora.function.error;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// An error as a client sees it: RFC 9457 problem details, with the extension member `errors`.
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(requiredProperties = {"type", "title", "status"})
public record Problem(String type, String title, int status, String detail, List<Violation> errors) {

    public static final String MEDIA_TYPE = "application/problem+json";

    /// A problem of a kind that a client can tell apart by `type`.
    static Problem of(String kind, String title, int status, String detail, List<Violation> errors) {
        return new Problem("urn:icm-lora:problem:" + kind, title, status, detail, errors);
    }

    static Problem of(String kind, String title, int status, String detail) {
        return of(kind, title, status, detail, List.of());
    }

    /// A problem that its status says all about.
    static Problem of(int status, String title, String detail) {
        return new Problem("about:blank", title, status, detail, List.of());
    }
}
