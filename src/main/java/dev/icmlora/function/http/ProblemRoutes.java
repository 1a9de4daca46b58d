package dev.icmlora.function.http;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.error.BodyDiagnosis;
import dev.icmlora.function.error.InvalidRequestException;
import dev.icmlora.function.error.Problem;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.error.Violation;

/// The part of HTTP that Funqy leaves out: its functions take POST and JSON only, and every failure is a problem with a
/// status of its own.
@Singleton
final class ProblemRoutes {

    private static final Map<String, Class<?>> BODIES =
            Map.of("/generate", GenerateRequest.class, "/adapter", AdapterRequest.class);

    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    /// Of what Quarkus and Funqy serve, which would take any method there, or say that nothing is there.
    private static final Map<Pattern, Set<HttpMethod>> METHODS = Map.of(
            Pattern.compile("/q/(health|metrics|openapi).*|/events"),
            READING,
            Pattern.compile("/events/s3"),
            Set.of(HttpMethod.POST, HttpMethod.OPTIONS),
            Pattern.compile("/"),
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.POST));

    private static final Pattern JSON = Pattern.compile("(?i)application/json *(;.*)?");

    /// Priority of a filter that runs when the body was read and its length checked, before any function.
    private static final int AFTER_THE_BODY = -RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT - 1;

    private final BodyDiagnosis diagnosis;
    private final Problems problems;

    ProblemRoutes(BodyDiagnosis diagnosis, Problems problems) {
        this.diagnosis = diagnosis;
        this.problems = problems;
    }

    void register(@Observes Filters filters) {
        filters.register(this::admit, AFTER_THE_BODY);
    }

    void register(@Observes Router router) {
        router.route().order(RouteConstants.ROUTE_ORDER_BEFORE_DEFAULT).failureHandler(this::fail);
    }

    private void admit(RoutingContext context) {
        var contentType = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        var taken = METHODS.entrySet().stream()
                .filter(entry ->
                        entry.getKey().matcher(context.normalizedPath()).matches())
                .map(Map.Entry::getValue)
                .findFirst();
        if (taken.isPresent() && !taken.get().contains(context.request().method())) {
            var allowed = taken.get().stream().map(HttpMethod::name).sorted().toList();
            context.response().putHeader(HttpHeaders.ALLOW, String.join(", ", allowed));
            problems.write(Problems.of(405, "Use " + String.join(" or ", allowed)), context.response());
        } else if (!BODIES.containsKey(context.normalizedPath())) {
            context.next();
        } else if (context.request().method() != HttpMethod.POST) {
            context.response().putHeader(HttpHeaders.ALLOW, "POST");
            problems.write(Problems.of(405, "Use POST"), context.response());
        } else if (!isJson(contentType)) {
            problems.write(Problems.notJson(contentType), context.response());
        } else if (context.body().buffer() == null) {
            // Funqy's handler for events, which is asked first, fails over a body that is not there.
            var empty = new Violation("", "a JSON object", null, "the body is empty");
            problems.write(new InvalidRequestException(empty).problem(), context.response());
        } else {
            context.next();
        }
    }

    private static boolean isJson(String contentType) {
        return contentType != null && JSON.matcher(contentType).matches();
    }

    private void fail(RoutingContext context) {
        if (context.normalizedPath().startsWith("/q/")) {
            context.next();
        } else {
            problems.write(problem(context), context.response());
        }
    }

    private Problem problem(RoutingContext context) {
        var status = context.statusCode();
        var body = BODIES.get(context.normalizedPath());
        if (status == 413) {
            return problems.bodyTooLong(context.request().getHeader(HttpHeaders.CONTENT_LENGTH));
        }
        if (status == 400 && body != null && context.body().buffer() != null) {
            return new InvalidRequestException(
                            diagnosis.of(context.body().buffer().getBytes(), body))
                    .problem();
        }
        if (Problems.isOurFailure(context)) {
            return problems.of(context.failure());
        }
        return Problems.of(status, status == 404 ? "There is nothing at " + context.normalizedPath() : "");
    }
}
