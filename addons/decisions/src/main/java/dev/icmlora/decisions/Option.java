package dev.icmlora.decisions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;

/// An answer that a question allows.
///
/// @param at JSON pointer to where it was sent
/// @param label the text that the model scores
/// @param description what it means; empty for what its label says
/// @param value what stands for it in examples and replies: a text or a boolean, or the number of a level
/// @param sent as the client wrote it
record Option(String at, String label, String description, JsonNode value, JsonNode sent) {

    private static final String YES = "yes";
    private static final String NO = "no";

    /// The two answers to a question whether something is so.
    static Option of(boolean value, String at, String description) {
        var node = BooleanNode.valueOf(value);
        return new Option(at, value ? YES : NO, description, node, node);
    }

    /// One of a list.
    ///
    /// @param isLevel whether its number stands for it
    static Option of(String at, int number, String label, String description, boolean isLevel) {
        var text = TextNode.valueOf(label);
        return new Option(at, label, description, isLevel ? IntNode.valueOf(number) : text, text);
    }

    /// The same, with a label that needs no description.
    Option named() {
        return new Option(at, label, "", value, sent);
    }

    /// The same, with its number as the label.
    Option numbered() {
        return new Option(at, value.asText(), description, value, sent);
    }

    /// Whether an example's answer is this one: its value, or the label of a level.
    boolean isMeantBy(JsonNode answer) {
        return value.equals(answer) || value.isInt() && sent.equals(answer);
    }
}
