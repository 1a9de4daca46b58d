package dev.icmlora.client;

import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;

/// A request to a function.
///
/// @param path such as `/generate`
/// @param body empty where there is none
/// @param accept media types of the reply
/// @param repeatable whether it may be sent again where it is not known if it was taken
record Call(String method, String path, Optional<JsonNode> body, String accept, boolean repeatable) {

    private static final String JSON = "application/json, application/jsonl";

    private Call(String method, String path, Optional<JsonNode> body) {
        this(method, path, body, JSON, true);
    }

    static Call get(String path) {
        return new Call("GET", path, Optional.empty());
    }

    static Call post(String path, JsonNode body) {
        return new Call("POST", path, Optional.of(body));
    }

    static Call post(String path) {
        return new Call("POST", path, Optional.empty());
    }

    static Call put(String path, JsonNode body) {
        return new Call("PUT", path, Optional.of(body));
    }

    static Call delete(String path) {
        return new Call("DELETE", path, Optional.empty());
    }

    /// Whether a refusal says that an earlier attempt, whose reply was lost, has done it.
    ///
    /// @param broken connections that broke before
    boolean isDone(int status, int broken) {
        return method.equals("DELETE") && status == 404 && broken > 0;
    }

    /// The same where a second one would do what the first one does once more.
    Call once() {
        return new Call(method, path, body, accept, false);
    }

    /// The same with a reply of another media type.
    Call accepting(String mediaType) {
        return new Call(method, path, body, mediaType, repeatable);
    }
}
