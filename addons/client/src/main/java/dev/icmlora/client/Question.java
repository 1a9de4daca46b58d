package dev.icmlora.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

/// A question, said step by step; the next one begins where it ends. With examples it is learned from them. Without
/// any, its words and those of its options answer.
///
/// @param <O> type of the answer: an enum, a string or a boolean
public final class Question<O> extends DecisionBuilder {

    /// What is asked for.
    enum Type {
        /// One of some options.
        CHOICE,
        /// A level, from low to high.
        SCORE,
        /// Whether something is so.
        NOUL;

        private String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final String name;
    private final Type type;
    private final Map<String, O> byLabel;
    private final List<O> options;
    private final Map<O, String> descriptions = new LinkedHashMap<>();
    private final ObjectNode said = Json.MAPPER.createObjectNode();

    Question(DecisionBuilder begun, String name, Type type, LabelForm<O> form) {
        super(begun);
        this.name = Objects.requireNonNull(name, "name");
        this.type = type;
        this.byLabel = form.values();
        this.options = List.copyOf(byLabel.values());
        said.put("type", type.wireName());
    }

    /// What to decide, in words.
    public Question<O> asks(String instructions) {
        said.put("instructions", instructions);
        return this;
    }

    /// What an option means. A level that is described is asked for by its description, in place of its name.
    ///
    /// @throws IllegalArgumentException if it is none of the question's
    public Question<O> option(O option, String description) {
        requireOption(option);
        descriptions.put(option, Objects.requireNonNull(description, "description"));
        return this;
    }

    /// A state and the answer that it should have. Two examples of each option are a good beginning.
    ///
    /// @param state a string is sent as it is, anything else as JSON
    /// @throws IllegalArgumentException if the answer is none of the options, or Jackson cannot write the state
    public Question<O> example(Object state, O answer) {
        requireOption(answer);
        ObjectNode example = said.withArray("examples").addObject();
        example.set("state", InputForm.tree(state));
        example.set("answer", key(answer));
        return this;
    }

    /// A function that is known by its name answers, in place of words and examples.
    ///
    /// @param function such as `urgency`, or `urgency@3` for a certain version
    /// @throws IllegalArgumentException if it is no function's name
    public Question<O> function(String function) {
        said.put("function", new FunctionName(function).text());
        return this;
    }

    /// The answer to this question: sends the request, with all questions that were asked before.
    ///
    /// @throws IcmLoraException if the function refuses it or cannot be reached
    @SuppressWarnings("unchecked") // it is what #decision made
    public Decision<O> answer() {
        return (Decision<O>) answers().byName().get(name);
    }

    String name() {
        return name;
    }

    ObjectNode body() {
        ObjectNode body = said.deepCopy();
        if (type == Type.SCORE) {
            ArrayNode levels = body.putArray("criteria");
            byLabel.forEach((label, level) -> levels.add(descriptions.getOrDefault(level, label)));
        } else if (type == Type.CHOICE || !descriptions.isEmpty()) {
            ObjectNode criteria = body.putObject("criteria");
            byLabel.forEach((label, option) -> criteria.put(label, descriptions.get(option)));
        }
        return body;
    }

    /// @param answer of a reply
    /// @throws IcmLoraException if it has not what the question asks for
    Decision<O> decision(JsonNode answer) {
        Map<O, Double> probabilities = new LinkedHashMap<>();
        for (O option : options) {
            probabilities.put(option, probability(answer, option));
        }
        return Decision.of(probabilities, type == Type.SCORE);
    }

    private double probability(JsonNode answer, O option) {
        JsonNode found = type == Type.NOUL
                ? answer.path("noul")
                : answer.path("probabilities").path(key(option).asText());
        if (!found.isNumber()) {
            throw IcmLoraException.unexpected("the answer to '" + name + "' has no probability of '" + option
                    + "': does this function know decisions?");
        }
        return option.equals(false) ? 1 - found.doubleValue() : found.doubleValue();
    }

    /// What stands for an option in examples, and with its text in replies.
    private JsonNode key(O option) {
        return switch (type) {
            case CHOICE -> TextNode.valueOf(LabelForm.label(option));
            case SCORE -> IntNode.valueOf(options.indexOf(option));
            case NOUL -> BooleanNode.valueOf(option.equals(true));
        };
    }

    private void requireOption(O option) {
        if (!options.contains(Objects.requireNonNull(option, "option"))) {
            throw new IllegalArgumentException("'" + option + "' is none of " + options);
        }
    }
}
