package dev.icmlora.function.access;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

import dev.icmlora.function.error.Problems;

/// Refuses what a browser sends for a page of another site: its user has not asked for it, and may be let in where the
/// page's author is not.
///
/// A request that may change something and says where it comes from has to come from here. And where the function
/// listens on this machine alone and knows no keys, it has to be called by a name of this machine: any other may be one
/// that a page of another site gave to this address (DNS rebinding).
@Singleton
public final class Origins {

    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final Pattern THIS_MACHINE =
            Pattern.compile("(?i)(localhost|[a-z0-9-]+\\.localhost|127(\\.\\d{1,3}){3}|\\[::1\\])(:\\d{1,5})?");

    private final boolean sitesAreNamed;
    private final boolean isLocal;
    private final Problems problems;

    /// @param host that is listened on
    /// @param sitesAreNamed whether the configuration says which sites may ask; Quarkus refuses the others then
    Origins(
            @ConfigProperty(name = "quarkus.http.host") String host,
            @ConfigProperty(name = "quarkus.http.cors.enabled", defaultValue = "false") boolean sitesAreNamed,
            Access access,
            Problems problems) {
        this.sitesAreNamed = sitesAreNamed;
        this.isLocal = isLoopback(host) && !access.isGuarded();
        this.problems = problems;
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            // Nothing can listen there.
            return false;
        }
    }

    /// Lets a request go on, or answers it: 403 or 421.
    public void admit(RoutingContext context) {
        var request = context.request();
        var authority = request.authority() == null
                ? ""
                : request.authority().toString().toLowerCase(Locale.ROOT);
        var origin = Optional.ofNullable(request.getHeader(HttpHeaders.ORIGIN));
        if (isLocal && !THIS_MACHINE.matcher(authority).matches()) {
            var detail = "Host is " + authority + ", and without an API key this function answers to localhost alone";
            problems.write(Problems.of(421, detail), context);
        } else if (!sitesAreNamed
                && !SAFE.contains(request.method())
                && origin.filter(from -> !isOf(from, authority)).isPresent()) {
            var detail = "Origin is %s, and pages of other sites may not ask; QUARKUS_HTTP_CORS_ENABLED and "
                    + "QUARKUS_HTTP_CORS_ORIGINS say which may";
            problems.write(Problems.of(403, detail.formatted(origin.get())), context);
        } else {
            context.next();
        }
    }

    /// A page that was opened from a file, say, has the origin `null`.
    private static boolean isOf(String origin, String authority) {
        try {
            return authority.equalsIgnoreCase(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException noUri) {
            return false;
        }
    }
}
