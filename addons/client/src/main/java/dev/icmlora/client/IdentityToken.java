package dev.icmlora.client;

import java.net.http.HttpRequest;
import java.util.function.Supplier;

/// What Cloud Run looks at before the function, so that `Authorization` is free for the function's own key.
///
/// @param source is asked at each request, since a token lives for an hour
record IdentityToken(Supplier<String> source) {

    void addTo(HttpRequest.Builder request) {
        request.header("X-Serverless-Authorization", "Bearer " + source.get());
    }
}
