package dev.icmlora.client;

import java.util.Objects;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// A text, whatever it says.
record TextForm() implements OutputForm<String> {

    @Override
    public void describe(ObjectNode request) {
        // Texts are what a request has unless it says otherwise.
    }

    @Override
    public String write(String output) {
        return Objects.requireNonNull(output, "output");
    }

    @Override
    public String read(String output) {
        return output;
    }
}
