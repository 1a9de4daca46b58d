package dev.icmlora.function.http;

import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.Violations;

/// The part of CloudEvents over HTTP that Funqy leaves out: the webhook handshake, what makes an event valid, and that
/// events come to `/` only.
@Singleton
final class EventRoutes {

    private static final Set<HttpMethod> PAGE = Set.of(HttpMethod.GET, HttpMethod.HEAD);
    private static final List<String> REQUIRED = List.of("id", "source", "type", "specversion");

    private final JsonBody json;
    private final List<String> webhookOrigins;

    EventRoutes(JsonBody json, FunctionConfig config) {
        this.json = json;
        this.webhookOrigins = config.events().webhookOrigins();
    }

    void admit(RoutingContext context) {
        var path = context.normalizedPath();
        if (path.equals("/") && context.request().method() == HttpMethod.OPTIONS) {
            shakeHands(context);
        } else if (path.equals("/") && isCloudEvent(context)) {
            check(context);
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
        return context.request().method() == HttpMethod.POST
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

    private void check(RoutingContext context) {
        var structured = !context.request().headers().contains("ce-id");
        var event = structured ? json.tree(context) : null;
        var violations = new Violations();
        violations.when(structured && !event.isObject(), "", "an object", null, "must be a CloudEvent");
        for (var name : REQUIRED) {
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
