package dev.icmlora.function.service;

import java.util.UUID;
import java.util.regex.Pattern;

import io.vertx.ext.web.RoutingContext;
import org.jboss.logging.MDC;

/// Names every request: by the client's `X-Request-Id`, or by a new one. The reply and the log carry it.
public final class RequestId {

    public static final String MDC_KEY = "request_id";

    private static final String HEADER = "X-Request-Id";
    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private RequestId() {}

    public static void name(RoutingContext context) {
        var sent = context.request().getHeader(HEADER);
        var id = sent != null && HARMLESS.matcher(sent).matches()
                ? sent
                : UUID.randomUUID().toString();
        MDC.put(MDC_KEY, id);
        context.response().putHeader(HEADER, id);
        context.next();
    }
}
