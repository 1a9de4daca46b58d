package dev.icmlora.function.http;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Access;
import dev.icmlora.function.api.AdapterDescription;
import dev.icmlora.function.api.SumRequest;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.BodyDiagnosis;
import dev.icmlora.function.error.InvalidRequestException;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.error.UploadsOffException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.service.AdapterUploads;

/// `PUT /adapters` and `POST /adapters/blend`. Plain routes, because a file may be longer than any other
/// body: it has to be read before Quarkus reads it with the limit of all others.
@Singleton
final class AdapterRoutes {

    private static final String FILES = "/adapters";
    private static final String SUMS = "/adapters/blend";
    private static final Set<HttpMethod> DOWNLOADS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final Pattern JSON = Pattern.compile("(?i)application/json *(;.*)?");
    private static final int BEFORE_ALL_BODIES = RouteConstants.ROUTE_ORDER_BODY_HANDLER - 1;
    private static final int BEFORE_THE_LIMIT = RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT - 1;

    private final FunctionConfig.Adapters config;
    private final AdapterUploads adapters;
    private final Access access;
    private final BodyDiagnosis diagnosis;
    private final Problems problems;
    private final ObjectMapper mapper;

    AdapterRoutes(
            FunctionConfig config,
            AdapterUploads adapters,
            Access access,
            BodyDiagnosis diagnosis,
            Problems problems,
            ObjectMapper mapper) {
        this.config = config.adapters();
        this.adapters = adapters;
        this.access = access;
        this.diagnosis = diagnosis;
        this.problems = problems;
        this.mapper = mapper;
    }

    void register(@Observes Router router) {
        var longBody = BodyHandler.create(false).setBodyLimit(config.maxBytes().asLongValue());
        router.put(FILES)
                .order(BEFORE_ALL_BODIES)
                .handler(context -> access.admit(context, () -> read(context, longBody)))
                .failureHandler(this::fail);
        router.put(FILES)
                .order(BEFORE_THE_LIMIT)
                .blockingHandler(this::upload, false)
                .failureHandler(this::fail);
        router.route(FILES).handler(context -> wrongMethod(HttpMethod.PUT, context));
        router.post(SUMS).blockingHandler(this::sum, false).failureHandler(this::fail);
        router.route(SUMS).handler(context -> wrongMethod(HttpMethod.POST, context));
        router.route(FILES + "/:id").handler(this::download);
    }

    /// [AdapterResource] answers, and does not say which methods it takes when it takes one not.
    private void download(RoutingContext context) {
        if (DOWNLOADS.contains(context.request().method())) {
            context.next();
        } else {
            wrongMethod(HttpMethod.GET, context);
        }
    }

    private void read(RoutingContext context, BodyHandler longBody) {
        if (config.upload()) {
            longBody.handle(context);
        } else {
            // The body is not waited for.
            context.response().putHeader(HttpHeaders.CONNECTION, "close");
            context.fail(new UploadsOffException());
        }
    }

    private void upload(RoutingContext context) {
        var description = Optional.ofNullable(context.queryParams().get("description"));
        answer(adapters.upload(access.tenant(context), body(context), description.orElse("")), context);
    }

    private void sum(RoutingContext context) {
        var contentType = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (contentType == null || !JSON.matcher(contentType).matches()) {
            problems.write(Problems.notJson(contentType), context.response());
            return;
        }
        answer(adapters.sum(access.tenant(context), sumRequest(body(context))), context);
    }

    private SumRequest sumRequest(byte[] body) {
        try {
            var request = mapper.readValue(body, SumRequest.class);
            if (request != null) {
                return request;
            }
        } catch (JsonProcessingException e) {
            throw new InvalidRequestException(diagnosis.of(body, SumRequest.class));
        } catch (IOException e) {
            throw new InvalidRequestException(BodyDiagnosis.malformed(e));
        }
        throw new InvalidRequestException(new Violation("", "a JSON object", null, "the body is null"));
    }

    private static byte[] body(RoutingContext context) {
        var buffer = context.body().buffer();
        return buffer == null ? new byte[0] : buffer.getBytes();
    }

    private void answer(Uni<AdapterDescription> work, RoutingContext context) {
        work.subscribe().with(adapter -> answer(adapter, context), context::fail);
    }

    private void answer(AdapterDescription adapter, RoutingContext context) {
        var response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        try {
            response.setStatusCode(adapter.cached() ? 200 : 201)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .putHeader(HttpHeaders.LOCATION, FILES + "/" + adapter.id())
                    .end(mapper.writeValueAsString(adapter));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a reply has a JSON form", e);
        }
    }

    private void wrongMethod(HttpMethod right, RoutingContext context) {
        context.response().putHeader(HttpHeaders.ALLOW, right.name());
        problems.write(Problems.of(405, "Use " + right), context.response());
    }

    private void fail(RoutingContext context) {
        if (context.statusCode() == 413) {
            var upload = context.normalizedPath().equals(FILES);
            var sent = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
            problems.write(
                    upload ? Problems.bodyTooLong(sent, config.maxBytes().asLongValue()) : problems.bodyTooLong(sent),
                    context.response());
        } else if (Problems.isOurFailure(context)) {
            problems.write(problems.of(context.failure()), context.response());
        } else {
            problems.write(Problems.of(context.statusCode(), ""), context.response());
        }
    }
}
