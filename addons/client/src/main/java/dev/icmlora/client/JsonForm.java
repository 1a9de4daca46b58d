package dev.icmlora.client;

import java.util.Optional;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// JSON that follows the schema of a type, and is read by Jackson.
record JsonForm<O>(ObjectNode schema, ObjectReader reader) implements OutputForm<O> {

    @Override
    public void describe(ObjectNode request) {
        request.set("schema", schema);
    }

    @Override
    public String write(O output) {
        return InputForm.json(output);
    }

    @Override
    public O read(String output) throws JsonProcessingException {
        return reader.readValue(output);
    }

    /// Whether JSON that follows another schema is of the type shows when it is read.
    @Override
    public Optional<String> misfit(JsonNode function) {
        return function.hasNonNull("labels")
                ? Optional.of("it has labels, and a type that is no string, enum or boolean wants a schema")
                : Optional.empty();
    }
}
