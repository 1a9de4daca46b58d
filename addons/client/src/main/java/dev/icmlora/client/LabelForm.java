package dev.icmlora.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// One of some values, each of which is a label.
///
/// @param values by their labels, which are what Jackson writes them as
record LabelForm<O>(Map<String, O> values) implements OutputForm<O> {

    /// What `/generate` takes.
    private static final int MOST_LABELS = 256;

    @SafeVarargs
    static <O> LabelForm<O> of(Class<?> type, O... values) {
        if (values.length < 2 || values.length > MOST_LABELS) {
            throw OutputSchema.refusal(
                    type, "it has " + values.length + " constants, and a choice is of 2 to " + MOST_LABELS);
        }
        Map<String, O> byLabel = new LinkedHashMap<>();
        for (O value : values) {
            String label = label(value);
            if (byLabel.put(label, value) != null) {
                throw OutputSchema.refusal(type, "Jackson writes two of its constants as '" + label + "'");
            }
        }
        return new LabelForm<>(byLabel);
    }

    /// Labels that are values themselves.
    ///
    /// @throws IllegalArgumentException if two are the same
    static LabelForm<String> of(List<String> labels) {
        Map<String, String> byLabel = new LinkedHashMap<>();
        for (String label : labels) {
            if (byLabel.put(label, label) != null) {
                throw new IllegalArgumentException("There are two labels '" + label + "'");
            }
        }
        return new LabelForm<>(byLabel);
    }

    static String label(Object value) {
        return Json.MAPPER.valueToTree(value).asText();
    }

    @Override
    public void describe(ObjectNode request) {
        values.keySet().forEach(request.putArray("labels")::add);
    }

    @Override
    public String write(O output) {
        return label(output);
    }

    @Override
    public O read(String output) {
        O value = values.get(output);
        if (value == null) {
            throw IcmLoraException.unexpected("'" + output + "' is none of the labels " + values.keySet());
        }
        return value;
    }

    @Override
    public Optional<String> misfit(JsonNode function) {
        if (function.hasNonNull("schema")) {
            return Optional.of("it has a schema, and an enum or a boolean wants labels");
        }
        for (JsonNode label : function.get("labels")) {
            if (!values.containsKey(label.asText())) {
                return Optional.of("its label '" + label.asText() + "' is none of " + values.keySet());
            }
        }
        return Optional.empty();
    }

    @Override
    public Map<O, Double> probabilities(JsonNode byLabel) {
        Map<O, Double> probabilities = new LinkedHashMap<>();
        values.forEach((label, value) -> {
            if (byLabel.has(label)) {
                probabilities.put(value, byLabel.get(label).doubleValue());
            }
        });
        return probabilities;
    }
}
