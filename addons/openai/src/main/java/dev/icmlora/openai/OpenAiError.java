package dev.icmlora.openai;

import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.function.error.Problem;

/// An error in OpenAI's form.
@RegisterForReflection
record OpenAiError(Detail error) {

    /// @param type what OpenAI's clients tell errors apart by, beside the status
    /// @param param the field to blame, such as `messages[0].content`; null if none is
    /// @param code the kind of problem; null if the status says all
    record Detail(String message, String type, String param, String code) {}

    static OpenAiError of(Problem problem) {
        var first = problem.errors().stream().findFirst();
        var kind = problem.type().substring(problem.type().lastIndexOf(':') + 1);
        return new OpenAiError(new Detail(
                first.map(violation -> violation.message()).orElseGet(() -> detail(problem)),
                type(problem.status()),
                first.map(violation -> param(violation.field()))
                        .filter(param -> !param.isEmpty())
                        .orElse(null),
                code(kind)));
    }

    private static String detail(Problem problem) {
        return problem.detail().isEmpty() ? problem.title() : problem.detail();
    }

    private static String type(int status) {
        return switch (status) {
            case 429 -> "rate_limit_error";
            case 503, 504 -> "service_unavailable_error";
            default -> status < 500 ? "invalid_request_error" : "server_error";
        };
    }

    private static String code(String kind) {
        return switch (kind) {
            case "blank", "invalid-request" -> null;
            case "unknown-model" -> "model_not_found";
            case "unauthorized" -> "invalid_api_key";
            case "token-quota-exceeded" -> "insufficient_quota";
            default -> kind.replace('-', '_');
        };
    }

    /// `/messages/0/content` as `messages[0].content`.
    private static String param(String pointer) {
        return pointer.replaceAll("/(\\d+)(?=/|$)", "[$1]")
                .replaceFirst("^/", "")
                .replace('/', '.');
    }
}
