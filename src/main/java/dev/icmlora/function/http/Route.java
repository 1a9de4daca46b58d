package dev.icmlora.function.http;

import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/// What some paths take. An addon has one for paths of its own, as a bean.
///
/// @param file lets a file in that is sent there, as in [#ofFiles]; null where bodies are as anywhere
public record Route(Pattern path, Set<HttpMethod> methods, ToLongFunction<RoutingContext> file) {

    /// Paths that take these methods.
    ///
    /// @param path a regular expression
    public static Route of(String path, HttpMethod... methods) {
        return new Route(Pattern.compile(path), Set.of(methods), null);
    }

    /// Paths that files are put to, which may be longer than any other body.
    ///
    /// @param path a regular expression
    /// @param file refuses a request, or gives the most bytes of its file once there is a place for it
    public static Route ofFiles(String path, ToLongFunction<RoutingContext> file) {
        return new Route(Pattern.compile(path), Set.of(HttpMethod.PUT), file);
    }

    boolean isOf(RoutingContext request) {
        return path.matcher(request.normalizedPath()).matches();
    }
}
