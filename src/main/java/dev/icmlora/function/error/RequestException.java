package dev.icmlora.function.error;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/// A request that gets no answer, and why. Its cause is no fault of the function, so it has no stack trace.
public final class RequestException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// A reason for no answer: the HTTP status, the end of a problem's `type`, and its title. A kind without a type
    /// is a problem that its status says all about.
    public enum Kind {
        /// The request breaks a rule that a client can know beforehand.
        INVALID(400, "invalid-request", "The request is not valid"),
        UNAUTHORIZED(401, "unauthorized", "The API key or token is missing or not valid"),
        MISSING_ROLE(403, "missing-role", "The caller may not do this"),
        UPLOADS_OFF(403, "uploads-off", "Uploads are off"),
        FUNCTIONS_OFF(403, "functions-off", "There is no place to keep it"),
        UNKNOWN_ADAPTER(404, "unknown-adapter", "The adapter is not known"),
        UNKNOWN_FUNCTION(404, "unknown-function", "The function is not known"),
        UNKNOWN_JOB(404, "unknown-job", "The job is not known"),
        UNKNOWN_MODEL(404, "unknown-model", "The model is not known"),
        IMPROVING(409, "improving", "The function is being improved"),
        JOB_STATE(409, "job-state", "The job is in another state"),
        NOT_JSON(415, "", "Unsupported Media Type"),
        QUEUE_FULL(429, "queue-full", "The function is busy"),
        TOO_MANY_REQUESTS(429, "rate-limit-exceeded", "Too many requests"),
        TOO_MANY_TOKENS(429, "token-quota-exceeded", "Too many tokens"),
        CANCELLED(499, "cancelled", "The request was cancelled"),
        ISSUER_UNAVAILABLE(503, "issuer-unavailable", "The issuer of tokens does not answer"),
        STORAGE_UNAVAILABLE(503, "storage-unavailable", "The storage does not answer"),
        /// The base model's file, which the process maps, was written to, so that no answer can be trusted.
        MODEL_CHANGED(503, "model-changed", "The base model was changed"),
        SHUTTING_DOWN(503, "shutting-down", "The function is shutting down"),
        /// An event that is not dealt with yet, and that its broker should deliver again.
        NOT_DONE(503, "not-done", "The event is not dealt with yet"),
        DEADLINE(504, "deadline", "The request took too long"),
        /// The same of a request that was worked on for less than half of the time: other requests may be the cause.
        CROWDED_OUT(504, "deadline", "The request took too long"),
        NO_ROOM_FOR_ADAPTER(507, "storage-full", "There is no room for another adapter"),
        NO_ROOM_FOR_FEEDBACK(507, "storage-full", "There is no room for more feedback"),
        NO_ROOM_FOR_FUNCTION(507, "storage-full", "There is no room for another function"),
        NO_ROOM_FOR_JOB(507, "storage-full", "There is no room for another job");

        private final int status;
        private final String type;
        private final String title;

        Kind(int status, String type, String title) {
            this.status = status;
            this.type = type.isEmpty() ? "about:blank" : "urn:icm-lora:problem:" + type;
            this.title = title;
        }

        /// An exception of this kind.
        ///
        /// @param message one sentence for the client
        public RequestException because(String message) {
            return new RequestException(this, message, List.of(), null);
        }

        /// The same, where the client knows when to ask again.
        ///
        /// @param seconds until then
        public RequestException because(String message, long seconds) {
            return new RequestException(this, message, List.of(), seconds);
        }

        Problem problem(String detail) {
            return because(detail).problem();
        }
    }

    private final Kind kind;
    private final transient Problem problem;

    private RequestException(Kind kind, String message, List<Violation> violations, Long retryAfter) {
        super(message, null, false, false);
        this.kind = kind;
        this.problem = new Problem(kind.type, kind.title, kind.status, message, violations, retryAfter);
    }

    public static RequestException invalid(Violation violation) {
        return invalid(List.of(violation));
    }

    /// @param violations one at least
    public static RequestException invalid(List<Violation> violations) {
        return new RequestException(Kind.INVALID, violations.getFirst().message(), List.copyOf(violations), null);
    }

    /// @param contentType that the body was sent with; null if with none
    public static RequestException notJson(String contentType) {
        var violation =
                new Violation("", "application/json", contentType, "Send the body with Content-Type: application/json");
        return new RequestException(Kind.NOT_JSON, violation.message(), List.of(violation), null);
    }

    public static RequestException unauthorized() {
        return Kind.UNAUTHORIZED.because(
                "The API key or token is missing or not valid; send it as Authorization: Bearer KEY");
    }

    public static RequestException unknownAdapter(String id) {
        return Kind.UNKNOWN_ADAPTER.because(
                "No adapter " + id + " is known here; it was never made on this instance, or made room for others");
    }

    /// @param name of the function, perhaps with a version
    public static RequestException unknownFunction(String name) {
        return Kind.UNKNOWN_FUNCTION.because(
                "There is no function " + name + "; GET /functions lists those that there are");
    }

    /// @param what cannot be kept, such as "Jobs"
    public static RequestException notKept(String what) {
        return Kind.FUNCTIONS_OFF.because(what + " cannot be kept here: neither icm-lora.storage.bucket "
                + "(ICM_LORA_STORAGE_BUCKET) nor icm-lora.adapters.dir (ICM_LORA_ADAPTERS_DIR) names a place for them");
    }

    /// @param reached such as "8 requests are at work or wait already"
    public static RequestException limitReached(String reached) {
        return Kind.QUEUE_FULL.because(reached + ", which is the limit");
    }

    /// The same of the share that one caller may have, which is smaller while others have theirs.
    public static RequestException shareReached(String reached) {
        return Kind.QUEUE_FULL.because(reached + ", which is the limit for one caller");
    }

    /// @param reason why the event is to be delivered again
    public static RequestException redeliver(String reason) {
        return Kind.NOT_DONE.because("Not done yet, deliver the event again: " + reason);
    }

    /// The same of a request that was made from another one: in the fields of that.
    ///
    /// @param field of the other request, of a pointer to a field of this one
    public RequestException renamed(UnaryOperator<String> field) {
        var violations = problem.errors().stream()
                .map(violation -> violation.renamed(field))
                .toList();
        return violations.isEmpty() ? this : invalid(violations);
    }

    public Kind kind() {
        return kind;
    }

    public boolean is(Kind... anyOf) {
        return Arrays.asList(anyOf).contains(kind);
    }

    /// Throws this on, unless it is of one of these kinds.
    public void unless(Kind... anyOf) {
        if (!is(anyOf)) {
            throw this;
        }
    }

    /// What the client is told.
    public Problem problem() {
        return problem;
    }
}
