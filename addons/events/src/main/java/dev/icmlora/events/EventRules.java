package dev.icmlora.events;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.HEAD;
import static io.vertx.core.http.HttpMethod.OPTIONS;
import static io.vertx.core.http.HttpMethod.POST;

import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.http.Route;

/// The part of CloudEvents over HTTP that Funqy leaves out: events come to `/` only, and are valid.
@Singleton
final class EventRules {

    /// Behind all filters of Quarkus, and before those that know what a path takes.
    private static final int BEFORE_LAST = 2;

    private static final List<String> REQUIRED_OF_EVENTS = List.of("id", "source", "type", "specversion");

    private final List<String> webhookOrigins;
    private final JsonBody json;

    EventRules(EventsConfig config, JsonBody json) {
        this.webhookOrigins = config.webhookOrigins();
        this.json = json;
    }

    @Produces
    @Singleton
    static Route root() {
        return Route.of("/", GET, HEAD, OPTIONS, POST);
    }

    @Produces
    @Singleton
    static Route notifications() {
        return Route.of("/events/(s3|pubsub)", POST, OPTIONS);
    }

    @Produces
    @Singleton
    static Route jobs() {
        return Route.of("/jobs", GET, HEAD, OPTIONS, POST);
    }

    @Produces
    @Singleton
    static Route cancellation() {
        return Route.of("/jobs/[^/]+/cancel", POST);
    }

    @Produces
    @Singleton
    static Route job() {
        return Route.of("/jobs/[^/]+", DELETE, GET, HEAD, OPTIONS);
    }

    @Produces
    @Singleton
    static Route toRead() {
        return Route.of("/events|/jobs/[^/]+/results", GET, HEAD, OPTIONS);
    }

    void register(@Observes Filters filters) {
        filters.register(this::admit, BEFORE_LAST);
    }

    private void admit(RoutingContext context) {
        var path = context.normalizedPath();
        if (path.equals("/") && context.request().method() == OPTIONS) {
            shakeHands(context);
        } else if (path.equals("/") && isCloudEvent(context)) {
            checkEvent(context);
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

    /// @throws RequestException if it is not valid
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
}
