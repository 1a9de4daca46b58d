package dev.icmlora.function.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.HEAD;
import static io.vertx.core.http.HttpMethod.OPTIONS;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.Problem;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.error.Violations;

/// The part of HTTP, and of CloudEvents over HTTP, that Funqy, JAX-RS and Quarkus leave out: each path takes its
/// own methods and says which, a function takes JSON only, events come to `/` only and are valid, and what fails
/// outside of a resource is a problem too.
@Singleton
final class HttpRules {

    /// The bodies of Funqy's functions, by their path.
    private static final Map<String, Class<?>> BODIES =
            Map.of("/generate", GenerateRequest.class, "/adapter", AdapterRequest.class);

    /// Funqy and Quarkus would take any method, and JAX-RS does not say which ones it takes.
    private static final List<Route> ROUTES = List.of(
            Route.of("/generate|/adapter|/mcp", POST),
            Route.of("/adapters", PUT),
            Route.of("/adapters/blend|/jobs/[^/]+/cancel", POST),
            Route.of("/jobs", GET, HEAD, OPTIONS, POST),
            Route.of("/v1/(chat/completions|completions|decisions|embeddings|systemone)", POST),
            Route.of("/v1/models(/[^/]+)?", GET),
            Route.of("/events/(s3|pubsub)", POST, OPTIONS),
            Route.of("/", GET, HEAD, OPTIONS, POST),
            Route.of("/(adapters|jobs)/[^/]+", DELETE, GET, HEAD, OPTIONS),
            Route.of("/functions/[^/]+", DELETE, GET, HEAD, OPTIONS, PUT),
            Route.of("/functions/[^/]+/feedback", DELETE, GET, HEAD, OPTIONS, POST),
            Route.of("/functions/[^/]+/improve", POST),
            Route.of("/functions/[^/]+/(improvements|unsure)", GET, HEAD, OPTIONS),
            Route.of("/q/(health|metrics).*|/events|/functions|/jobs/[^/]+/results", GET, HEAD, OPTIONS));

    private static final Set<HttpMethod> PAGE = Set.of(GET, HEAD);
    private static final List<String> REQUIRED_OF_EVENTS = List.of("id", "source", "type", "specversion");

    /// Where agents ask, however the path is written.
    private static final Pattern AGENTS = Pattern.compile("/mcp([/;].*)?");

    private final boolean servesAgents;
    private final List<String> webhookOrigins;
    private final JsonBody json;
    private final Problems problems;

    HttpRules(FunctionConfig config, JsonBody json, Problems problems) {
        this.servesAgents = config.mcp();
        this.webhookOrigins = config.events().webhookOrigins();
        this.json = json;
        this.problems = problems;
    }

    private record Route(Pattern path, Set<HttpMethod> methods) {

        private static Route of(String path, HttpMethod... methods) {
            return new Route(Pattern.compile(path), Set.of(methods));
        }
    }

    void admit(RoutingContext context) {
        if (!servesAgents && AGENTS.matcher(context.normalizedPath()).matches()) {
            // As where there is nothing.
            context.fail(404);
            return;
        }
        var taken = ROUTES.stream()
                .filter(route -> route.path.matcher(context.normalizedPath()).matches())
                .map(Route::methods)
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
        if (!TuningResource.leads(context)) {
            event(context);
        }
    }

    private void event(RoutingContext context) {
        var path = context.normalizedPath();
        if (path.equals("/") && context.request().method() == OPTIONS) {
            shakeHands(context);
        } else if (path.equals("/") && isCloudEvent(context)) {
            checkEvent(context);
        } else if (path.equals("/") && PAGE.contains(context.request().method())) {
            // Funqy's handler of events would look for a function there, if Quarkus asks it before the page's files.
            context.reroute("/index.html");
        } else if (path.equals("/event")) {
            context.fail(404);
        } else {
            // Funqy takes these for events at any path.
            context.request().headers().remove("ce-id");
            context.next();
        }
    }

    private static boolean isCloudEvent(RoutingContext context) {
        return context.request().method() == POST
                && (context.request().headers().contains("ce-id") || isStructured(context));
    }

    private static boolean isStructured(RoutingContext context) {
        var type = context.request().getHeader("content-type");
        return type != null && type.startsWith("application/cloudevents+json");
    }

    /// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md, section 4
    private void shakeHands(RoutingContext context) {
        var origin = context.request().getHeader("WebHook-Request-Origin");
        var response = context.response().putHeader("Allow", "GET, HEAD, OPTIONS, POST");
        if (origin != null && webhookOrigins.contains(origin)) {
            response.putHeader("WebHook-Allowed-Origin", origin).putHeader("WebHook-Allowed-Rate", "*");
        }
        response.setStatusCode(origin == null ? 204 : 200).end();
    }

    private void checkEvent(RoutingContext context) {
        var structured = !context.request().headers().contains("ce-id");
        var event = structured ? json.tree(context) : null;
        var violations = new Violations();
        violations.when(structured && !event.isObject(), "", "an object", null, "must be a CloudEvent");
        for (var name : REQUIRED_OF_EVENTS) {
            var value = structured ? text(event.get(name)) : context.request().getHeader("ce-" + name);
            violations.when(value == null || value.isEmpty(), "/" + name, "a string", null, "is required");
        }
        violations.raise();
        context.next();
    }

    private static String text(JsonNode node) {
        return node == null || !node.isTextual() ? null : node.asText();
    }

    /// JAX-RS would name the methods of all paths of a resource. `/` has a handshake, and Quarkus answers for its
    /// own.
    private static boolean isOptions(RoutingContext context) {
        var path = context.normalizedPath();
        return context.request().method() == OPTIONS && !path.equals("/") && !path.startsWith("/q/");
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
            try {
                json.read(context, body);
            } catch (RequestException e) {
                return e.problem();
            }
        }
        return problems.of(context);
    }
}
