package dev.icmlora.function.http;

import java.util.Set;
import java.util.regex.Pattern;

import io.vertx.core.http.HttpMethod;

/// The methods that some paths take. An addon has one for paths of its own, as a bean.
public record Route(Pattern path, Set<HttpMethod> methods) {

    /// @param path a regular expression
    public static Route of(String path, HttpMethod... methods) {
        return new Route(Pattern.compile(path), Set.of(methods));
    }
}
