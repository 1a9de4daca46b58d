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
import java.util.stream.Stream;

import io.quarkus.arc.All;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.GenerateRequest;
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
    private static final List<Route> ROUTES = List.of(
            Route.of("/generate|/adapter", POST),
            Route.of("/", GET, HEAD, OPTIONS),
            Route.of("/functions/[^/]+", DELETE, GET, HEAD, OPTIONS, PUT),
            Route.of("/q/(health|metrics).*|/functions", GET, HEAD, OPTIONS));

    private static final Set<HttpMethod> PAGE = Set.of(GET, HEAD);

    private final List<Route> routes;
    private final JsonBody json;
    private final Problems problems;

    HttpRules(@All List<Route> ofAddons, JsonBody json, Problems problems) {
        this.routes = Stream.concat(ofAddons.stream(), ROUTES.stream()).toList();
        this.json = json;
        this.problems = problems;
    }

    void admit(RoutingContext context) {
        var taken = routes.stream()
                .filter(route -> route.isOf(context))
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
        if (context.normalizedPath().equals("/") && PAGE.contains(method)) {
            // Funqy's handler of events would look for a function there, if Quarkus asks it before the page's files.
            context.reroute("/index.html");
        } else {
            context.next();
        }
    }

    /// JAX-RS would name the methods of all paths of a resource. Quarkus answers for its own.
    private static boolean isOptions(RoutingContext context) {
        return context.request().method() == OPTIONS
                && !context.normalizedPath().startsWith("/q/");
    }

    /// @throws RequestException if the body says that it is something else, or there is none, over which Funqy's
    /// handler for events would fail
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
