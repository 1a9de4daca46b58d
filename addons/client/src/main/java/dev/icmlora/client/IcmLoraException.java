package dev.icmlora.client;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

/// The function refused a request, failed, or could not be asked. The message says all that is known.
public final class IcmLoraException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final int LONGEST_DETAIL = 500;
    private static final Pattern INPUT = Pattern.compile("/inputs/(\\d+)");

    private final int status;
    private final String type;
    private final String title;
    private final String detail;
    private final transient List<FieldError> errors;

    /// What is wrong with one field of a request.
    ///
    /// @param field JSON pointer into the body of the request, such as `/max_tokens`; under `/v1` in OpenAI's
    /// form, such as `messages[0].content`
    /// @param message a sentence that names field, limit and value
    public record FieldError(String field, String message) {}

    private IcmLoraException(
            int status, String type, String title, String detail, List<FieldError> errors, Throwable cause) {
        super(message(status, title, detail, errors), cause);
        this.status = status;
        this.type = type;
        this.title = title;
        this.detail = detail;
        this.errors = List.copyOf(errors);
    }

    private static String message(int status, String title, String detail, List<FieldError> errors) {
        String begin = status == 0 ? title : status + " " + title;
        String reasons = errors.size() < 2
                ? detail
                : errors.stream().map(FieldError::message).collect(Collectors.joining("; "));
        return reasons.isEmpty() ? begin : begin + ": " + reasons;
    }

    /// No reply came.
    static IcmLoraException unanswered(String title, Throwable cause) {
        return new IcmLoraException(0, "", title, String.valueOf(cause.getMessage()), List.of(), cause);
    }

    /// A reply that no such function gives.
    static IcmLoraException unexpected(String what) {
        return new IcmLoraException(200, "", "The reply is not the function's", what, List.of(), null);
    }

    /// A reply with a status of an error: problem details (RFC 9457), the form of OpenAI or of the System One API,
    /// or whatever stands between.
    static IcmLoraException refused(int status, String body) {
        JsonNode problem;
        try {
            problem = Json.MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            problem = Json.MAPPER.missingNode();
        }
        if (problem.path("error").isObject()) {
            return refusedByOpenAi(status, problem.get("error"));
        }
        if (problem.has("detail") && !problem.has("title")) {
            return refusedBySystemOne(status, problem.get("detail"));
        }
        if (!problem.has("title")) {
            String shown = body.length() > LONGEST_DETAIL ? body.substring(0, LONGEST_DETAIL) + "…" : body;
            return new IcmLoraException(status, "", "HTTP status", shown, List.of(), null);
        }
        List<FieldError> errors = new ArrayList<>();
        for (JsonNode error : problem.path("errors")) {
            errors.add(new FieldError(
                    error.path("field").asText(), error.path("message").asText()));
        }
        return new IcmLoraException(
                status,
                problem.path("type").asText(),
                problem.path("title").asText(),
                problem.path("detail").asText(),
                errors,
                null);
    }

    /// A failure that ends a stream of events: a problem or OpenAI's form, both as `error`.
    static IcmLoraException failedInStream(JsonNode event) {
        JsonNode error = event.get("error");
        return refused(error.path("status").asInt(500), (error.has("title") ? error : event).toString());
    }

    private static IcmLoraException refusedByOpenAi(int status, JsonNode error) {
        String message = error.path("message").asText();
        List<FieldError> errors = error.hasNonNull("param")
                ? List.of(new FieldError(error.get("param").asText(), message))
                : List.of();
        return new IcmLoraException(status, "", error.path("type").asText(), message, errors, null);
    }

    /// @param detail a sentence, or a list of what is wrong with fields
    private static IcmLoraException refusedBySystemOne(int status, JsonNode detail) {
        if (detail.isTextual()) {
            return new IcmLoraException(status, "", "The request failed", detail.textValue(), List.of(), null);
        }
        List<FieldError> errors = new ArrayList<>();
        for (JsonNode one : detail) {
            StringBuilder field = new StringBuilder();
            for (JsonNode step : one.path("loc")) {
                field.append('/').append(step.asText().replace("~", "~0").replace("/", "~1"));
            }
            errors.add(new FieldError(
                    field.toString().replaceFirst("^/body", ""), one.path("msg").asText()));
        }
        String first = errors.isEmpty() ? "" : errors.get(0).message();
        return new IcmLoraException(status, "", "The request is not valid", first, errors, null);
    }

    /// The same with its inputs counted from another one on: those of a batch among all of them.
    IcmLoraException withInputsFrom(int first) {
        UnaryOperator<String> counted = text ->
                INPUT.matcher(text).replaceAll(found -> "/inputs/" + (Integer.parseInt(found.group(1)) + first));
        List<FieldError> counting = errors.stream()
                .map(error -> new FieldError(counted.apply(error.field()), counted.apply(error.message())))
                .toList();
        return new IcmLoraException(status, type, title, counted.apply(detail), counting, getCause());
    }

    /// HTTP status of the reply; 0 if none came.
    public int status() {
        return status;
    }

    /// The URI of the function's own kind of problem; empty if it has none.
    String type() {
        return type;
    }

    /// What kind of problem it is, the same for all of its kind.
    public String title() {
        return title;
    }

    /// What is wrong this time; may be empty.
    public String detail() {
        return detail;
    }

    /// The fields of the request that are to blame; empty if none is.
    public List<FieldError> errors() {
        return errors;
    }
}
