package dev.icmlora.function.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.error.UnauthorizedException;

/// With `icm-lora.api-key` set, everything but health needs the key: as bearer token, or, so that a browser
/// can ask its user for it, as the password of basic authentication.
@Singleton
public final class ApiKey {

    private static final String BEARER = "bearer ";
    private static final String BASIC = "basic ";
    private static final String CHALLENGE = "Bearer, Basic realm=\"icm-lora\", charset=\"UTF-8\"";
    /// Before the body is read, after the request has its name.
    private static final int EARLY = 900;

    private final Optional<byte[]> key;
    private final Problems problems;

    ApiKey(FunctionConfig config, Problems problems) {
        this.key = config.apiKey().map(ApiKey::digest);
        this.problems = problems;
    }

    void register(@Observes Filters filters) {
        if (key.isPresent()) {
            filters.register(this::admit, EARLY);
        }
    }

    /// Whether a request has the key, or needs none.
    public boolean admits(HttpServerRequest request) {
        return key.map(expected -> matches(request, expected)).orElse(true);
    }

    private void admit(RoutingContext context) {
        var path = context.normalizedPath();
        if (path.startsWith("/q/health") || admits(context.request())) {
            context.next();
            return;
        }
        context.response().putHeader("WWW-Authenticate", CHALLENGE);
        var failure = new UnauthorizedException();
        if (path.startsWith("/v1/")) {
            // Its routes know the form of their errors.
            context.fail(failure);
        } else {
            problems.write(failure.problem(), context.response());
        }
    }

    private static boolean matches(HttpServerRequest request, byte[] expected) {
        var header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header != null
                && presented(header)
                        // Digests have one length, so the comparison tells nothing about the key's.
                        .map(key -> MessageDigest.isEqual(digest(key), expected))
                        .orElse(false);
    }

    private static Optional<String> presented(String header) {
        if (header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Optional.of(header.substring(BEARER.length()).strip());
        }
        if (!header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return Optional.empty();
        }
        try {
            var decoded =
                    Base64.getDecoder().decode(header.substring(BASIC.length()).strip());
            var userAndPassword = new String(decoded, UTF_8);
            return Optional.of(userAndPassword.substring(userAndPassword.indexOf(':') + 1));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
