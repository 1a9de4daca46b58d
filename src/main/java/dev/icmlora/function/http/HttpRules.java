package dev.icmlora.function.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.BodyDiagnosis;
import dev.icmlora.function.error.Problem;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;

/// The part of HTTP that Funqy, JAX-RS and Quarkus leave out: each path takes its own methods and says which, a
/// function takes JSON only, and what fails outside of a resource is a problem too.
@Singleton
final class HttpRules {

    /// The bodies of Funqy's functions, by their path.
    private static final Map<String, Class<?>> BODIES =
            Map.of("/generate", GenerateRequest.class, "/adapter", AdapterRequest.class);

    /// Funqy and Quarkus would take any method, and JAX-RS does not say which ones it takes.
    private static final Map<Pattern, Set<HttpMethod>> METHODS = methods();

    /// Where agents ask, however the path is written.
    private static final Pattern AGENTS = Pattern.compile("/mcp([/;].*)?");

    private final boolean servesAgents;
    private final BodyDiagnosis diagnosis;
    private final Problems problems;

    HttpRules(FunctionConfig config, BodyDiagnosis diagnosis, Problems problems) {
        this.servesAgents = config.mcp();
        this.diagnosis = diagnosis;
        this.problems = problems;
    }

    private static Map<Pattern, Set<HttpMethod>> methods() {
        var methods = new LinkedHashMap<Pattern, Set<HttpMethod>>();
        methods.put(Pattern.compile("/generate|/adapter|/mcp"), Set.of(HttpMethod.POST));
        methods.put(Pattern.compile("/adapters"), Set.of(HttpMethod.PUT));
        methods.put(Pattern.compile("/adapters/blend|/jobs/[^/]+/cancel"), Set.of(HttpMethod.POST));
        methods.put(
                Pattern.compile("/jobs"), Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.POST));
        methods.put(Pattern.compile("/v1/(chat/completions|completions|embeddings)"), Set.of(HttpMethod.POST));
        methods.put(Pattern.compile("/v1/models(/[^/]+)?"), Set.of(HttpMethod.GET));
        methods.put(Pattern.compile("/events/(s3|pubsub)"), Set.of(HttpMethod.POST, HttpMethod.OPTIONS));
        methods.put(Pattern.compile("/"), Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.POST));
        methods.put(
                Pattern.compile("/(adapters|jobs)/[^/]+"),
                Set.of(HttpMethod.DELETE, HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS));
        methods.put(
                Pattern.compile("/functions/[^/]+"),
                Set.of(HttpMethod.DELETE, HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT));
        methods.put(
                Pattern.compile("/q/(health|metrics).*|/events|/functions|/jobs/[^/]+/results"),
                Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS));
        return methods;
    }

    void admit(RoutingContext context) {
        if (!servesAgents && AGENTS.matcher(context.normalizedPath()).matches()) {
            // As where there is nothing.
            context.fail(404);
            return;
        }
        var taken = METHODS.entrySet().stream()
                .filter(entry ->
                        entry.getKey().matcher(context.normalizedPath()).matches())
                .map(Map.Entry::getValue)
                .findFirst();
        var method = context.request().method();
        if (taken.isPresent() && (!taken.get().contains(method) || isOptions(context))) {
            var allowed =
                    new TreeSet<>(taken.get().stream().map(HttpMethod::name).toList());
            context.response().putHeader(HttpHeaders.ALLOW, String.join(", ", allowed));
            if (isOptions(context) && taken.get().contains(method)) {
                context.response().end();
            } else {
                problems.write(Problems.of(405, "Use " + String.join(" or ", allowed)), context);
            }
            return;
        }
        if (BODIES.containsKey(context.normalizedPath())) {
            requireBody(context);
        }
        TuningRoute.next(context);
    }

    /// JAX-RS would name the methods of all paths of a resource. `/` has a handshake, and Quarkus answers for its own.
    private static boolean isOptions(RoutingContext context) {
        var path = context.normalizedPath();
        return context.request().method() == HttpMethod.OPTIONS && !path.equals("/") && !path.startsWith("/q/");
    }

    /// @throws RequestException if the body says that it is something else
    /// @throws RequestException if there is none, over which Funqy's handler for events would fail
    private static void requireBody(RoutingContext context) {
        JsonBody.requireJson(context);
        if (context.body().buffer() == null) {
            throw RequestException.invalid(new Violation("", "a JSON object", null, "the body is empty"));
        }
    }

    void fail(RoutingContext context) {
        if (context.response().headWritten()) {
            // Mostly the client has left in the middle of a file of the page. There is nothing more to say.
            context.response().reset();
        } else if (context.normalizedPath().startsWith("/q/")) {
            context.next();
        } else {
            problems.write(problem(context), context);
        }
    }

    /// Funqy says only that it could not read a body.
    private Problem problem(RoutingContext context) {
        var body = BODIES.get(context.normalizedPath());
        if (context.statusCode() == 400 && body != null && context.body().buffer() != null) {
            return RequestException.invalid(diagnosis.of(JsonBody.bytes(context), body))
                    .problem();
        }
        return problems.of(context);
    }
}
