package dev.icmlora.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// What stands in a request for a function that has a name: always one of its versions, so that a program which
/// runs for long has the same one all the time.
record NamedTask(Transport transport, FunctionName name) {

    /// Defines the function, unless its newest version is the same.
    ///
    /// @throws IllegalArgumentException if the name has a version
    ObjectNode defined(ObjectNode definition) {
        if (name.hasVersion()) {
            throw new IllegalArgumentException(name + " is a version, which does not change: leave out its description"
                    + " and examples, or its number");
        }
        return request(transport.json(Call.put(name.path(), definition)));
    }

    /// The function that is there already.
    ///
    /// @param form of its outputs, which the request asks for where the function leaves that open
    /// @throws IllegalArgumentException if its outputs have another form
    ObjectNode found(OutputForm<?> form) {
        JsonNode function = transport.json(Call.get(name.path()));
        ObjectNode request = request(function);
        if (function.hasNonNull("labels") || function.hasNonNull("schema")) {
            form.misfit(function).ifPresent(why -> {
                throw new IllegalArgumentException(
                        version(function) + " answers otherwise than in this program's type: " + why);
            });
        } else {
            form.describe(request);
        }
        return request;
    }

    private static ObjectNode request(JsonNode function) {
        ObjectNode request = Json.MAPPER.createObjectNode();
        request.putObject("task").put("function", version(function));
        return request;
    }

    private static String version(JsonNode function) {
        if (!function.path("name").isTextual() || !function.path("version").isInt()) {
            throw IcmLoraException.unexpected("it names no version: is this an ICM-LoRA function?");
        }
        return function.get("name").asText() + "@" + function.get("version").asInt();
    }
}
