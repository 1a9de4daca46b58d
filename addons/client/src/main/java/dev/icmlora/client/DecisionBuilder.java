package dev.icmlora.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Questions about a state, asked one after the other. Limits of texts and numbers are the function's, which says
/// so; docs/decisions.md has them.
public sealed class DecisionBuilder permits Question {

    /// The request wants a name; no function has one with a capital letter.
    private static final String ANY_MODEL = "Any";

    private final Transport transport;
    private final JsonNode state;
    private final List<Question<?>> questions;

    DecisionBuilder(Transport transport, Object state) {
        this.transport = transport;
        this.state = InputForm.tree(state);
        this.questions = new ArrayList<>();
    }

    /// The same request, to be continued.
    DecisionBuilder(DecisionBuilder begun) {
        this.transport = begun.transport;
        this.state = begun.state;
        this.questions = begun.questions;
    }

    /// Asks which of an enum's constants fits best.
    ///
    /// @param name of the question, which no other one has
    /// @throws IllegalArgumentException if the type is no enum of two constants or more, or the name is taken
    public <O> Question<O> choice(String name, Class<O> options) {
        return add(name, Question.Type.CHOICE, constants(options));
    }

    /// Asks which of some labels fits best.
    ///
    /// @throws IllegalArgumentException if a label or the name is there twice
    public Question<String> choice(String name, List<String> labels) {
        return add(name, Question.Type.CHOICE, LabelForm.of(labels));
    }

    /// Asks which level is reached.
    ///
    /// @param levels an enum with its constants from low to high
    /// @throws IllegalArgumentException if the type is no enum of two constants or more, or the name is taken
    public <O> Question<O> score(String name, Class<O> levels) {
        return add(name, Question.Type.SCORE, constants(levels));
    }

    /// Asks which level is reached.
    ///
    /// @param levels from low to high
    /// @throws IllegalArgumentException if a level or the name is there twice
    public Question<String> score(String name, List<String> levels) {
        return add(name, Question.Type.SCORE, LabelForm.of(levels));
    }

    /// Asks whether something is so.
    ///
    /// @throws IllegalArgumentException if the name is taken
    public Question<Boolean> yesNo(String name) {
        return add(name, Question.Type.NOUL, LabelForm.of(Boolean.class, true, false));
    }

    /// The answers to all questions: sends the request.
    ///
    /// @throws IcmLoraException if the function refuses it or cannot be reached
    public Decisions answers() {
        ObjectNode body = Json.MAPPER.createObjectNode().put("model", ANY_MODEL);
        body.set("state", state);
        ObjectNode asked = body.putObject("questions");
        questions.forEach(question -> asked.set(question.name(), question.body()));
        JsonNode reply = transport.json(Call.post("/v1/systemone", body));
        Map<String, Decision<?>> answers = new LinkedHashMap<>();
        questions.forEach(question -> answers.put(
                question.name(), question.decision(reply.path("answers").path(question.name()))));
        return new Decisions(answers);
    }

    private static <O> LabelForm<O> constants(Class<O> type) {
        if (!type.isEnum()) {
            throw new IllegalArgumentException(type.getName() + " is no enum");
        }
        return LabelForm.of(type, type.getEnumConstants());
    }

    private <O> Question<O> add(String name, Question.Type type, LabelForm<O> options) {
        if (questions.stream().anyMatch(question -> question.name().equals(name))) {
            throw new IllegalArgumentException("There are two questions '" + name + "'");
        }
        Question<O> question = new Question<>(this, name, type, options);
        questions.add(question);
        return question;
    }
}
