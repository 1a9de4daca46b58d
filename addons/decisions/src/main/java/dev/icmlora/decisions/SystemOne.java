package dev.icmlora.decisions;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.decisions.Decisions.AnswerIds;
import dev.icmlora.decisions.Decisions.Asked;
import dev.icmlora.decisions.Decisions.Decided;
import dev.icmlora.decisions.Question.Kind;
import dev.icmlora.decisions.QuestionFields.Form;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.http.RequestFields;
import dev.icmlora.function.service.RequestRules;

/// Requests and replies of the System One API.
@RegisterForReflection
final class SystemOne {

    private static final String STATE = "state";
    private static final String QUESTIONS = "questions";
    private static final String INSTRUCTIONS = "instructions";
    private static final String CRITERIA = "criteria";
    private static final List<Form> FORMS = List.of(
            new Form("noul", Kind.YES_NO, CRITERIA, SystemOne::outcomes),
            new Form("choice", Kind.CHOICE, CRITERIA, SystemOne::choices),
            new Form("score", Kind.SCORE, CRITERIA, SystemOne::levels));

    private SystemOne() {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Reply(String model, Map<String, Object> answers, Tokens usage, AnswerIds icmLora) {}

    record Tokens(int inputTokens, int outputTokens) {}

    /// @param noul the probability that it is so
    record Noul(String type, double noul) {}

    record Choice(String type, String choice, Map<String, Double> probabilities, double confidence) {}

    /// @param score the level to be expected, from 0
    /// @param legend of each level's number, what the client wrote
    record Score(
            String type,
            double score,
            Map<String, JsonNode> legend,
            Map<String, Double> probabilities,
            double confidence) {}

    static Reply reply(Decided decided) {
        var answers = new LinkedHashMap<String, Object>();
        decided.decisions().forEach(decision -> answers.put(decision.question().name(), answer(decision)));
        var usage = decided.usage();
        return new Reply(
                decided.model(), answers, new Tokens(usage.promptTokens(), usage.completionTokens()), decided.ids());
    }

    private static Object answer(Decision decision) {
        var options = decision.question().options();
        var legend = new LinkedHashMap<String, JsonNode>();
        var probabilities = new LinkedHashMap<String, Double>();
        IntStream.range(0, options.size()).forEach(i -> {
            legend.put(options.get(i).value().asText(), options.get(i).sent());
            probabilities.put(
                    options.get(i).value().asText(), decision.probabilities().get(i));
        });
        return switch (decision.question().kind()) {
            case YES_NO -> new Noul("noul", decision.probabilities().getFirst());
            case CHOICE -> new Choice("choice", decision.option().label(), probabilities, decision.confidence());
            case SCORE -> new Score("score", decision.score(), legend, probabilities, decision.confidence());
        };
    }

    /// @throws dev.icmlora.function.error.RequestException naming every field that is wrong
    static Asked read(JsonNode body) {
        var fields = new RequestFields(body, "", new Violations());
        fields.refuse("assets");
        var model = fields.required("model");
        fields.wrong(fields.find(STATE).isEmpty(), STATE, "a text, an object or an array", null, "is missing");
        var state = content(fields, STATE);
        var asked =
                fields.object(QUESTIONS).flatMap(_ -> fields.find(QUESTIONS)).orElse(MissingNode.getInstance());
        var questions = new ArrayList<Question>();
        if (fields.count(QUESTIONS, asked.size(), 1, Decisions.MOST_QUESTIONS)) {
            asked.properties().stream()
                    .filter(question -> isName(question.getKey(), fields))
                    .forEach(question -> fields.object(
                            question.getValue(),
                            fields.pointer(QUESTIONS, question.getKey()),
                            each -> question(question.getKey(), each).ifPresent(questions::add)));
        }
        fields.violations().raise();
        return new Asked(model, state, questions);
    }

    /// Whether a question may be read under this name, which all pointers into it begin with.
    private static boolean isName(String name, RequestFields fields) {
        var characters = name.codePointCount(0, name.length());
        var isLong = characters > Decisions.NAME_CHARACTERS;
        fields.wrong(
                isLong,
                QUESTIONS,
                Decisions.NAME_CHARACTERS,
                name,
                "has a name of %d characters, more than the limit of %d"
                        .formatted(characters, Decisions.NAME_CHARACTERS));
        fields.violations().wellFormed(fields.pointer(QUESTIONS), name);
        return !isLong;
    }

    private static Optional<Question> question(String name, RequestFields question) {
        var form = Form.of(question, FORMS);
        var reader = new QuestionFields(question, "/" + STATE, STATE, SystemOne::content);
        var instructions = content(question, INSTRUCTIONS);
        return form.map(of -> reader.question(name, of, instructions));
    }

    private static List<Option> outcomes(RequestFields question) {
        var criteria = question.object(CRITERIA);
        var options = List.of(outcome(question, criteria, true), outcome(question, criteria, false));
        var isAsked = question.find(INSTRUCTIONS).isPresent()
                || question.find("function").isPresent()
                || options.stream().anyMatch(option -> !option.description().isEmpty());
        question.wrong(!isAsked, INSTRUCTIONS, null, null, "is missing, and no outcome is described in /criteria");
        return options;
    }

    private static Option outcome(RequestFields question, Optional<RequestFields> criteria, boolean value) {
        var name = Boolean.toString(value);
        var description = criteria.map(of -> content(of, name)).orElse("");
        return Option.of(value, question.pointer(CRITERIA, name), description);
    }

    private static List<Option> choices(RequestFields question) {
        var criteria =
                question.object(CRITERIA).flatMap(_ -> question.find(CRITERIA)).orElse(MissingNode.getInstance());
        var options = new ArrayList<Option>();
        if (!question.count(CRITERIA, criteria.size(), Question.LEAST_OPTIONS, Question.MOST_CHOICES)) {
            return options;
        }
        criteria.properties().forEach(each -> {
            var at = question.pointer(CRITERIA, each.getKey());
            var description = each.getValue().isNull() ? "" : content(each.getValue(), at, question);
            options.add(Option.of(at, options.size(), each.getKey(), description, false));
        });
        return options;
    }

    /// Levels that are brief texts are labels themselves. Others have their numbers as labels, which they describe.
    private static List<Option> levels(RequestFields question) {
        var levels = question.find(CRITERIA).orElse(MissingNode.getInstance());
        question.wrong(
                !levels.isArray() && !levels.isMissingNode(),
                CRITERIA,
                "an array",
                Violation.shown(levels),
                "must be an array");
        var count = levels.isArray() ? levels.size() : 0;
        var options = new ArrayList<Option>();
        if (!question.count(CRITERIA, count, Question.LEAST_OPTIONS, Question.MOST_LEVELS)) {
            return options;
        }
        var areLabels = true;
        for (var i = 0; i < count; i++) {
            var at = question.pointer(CRITERIA) + "/" + i;
            var text = content(levels.get(i), at, question);
            areLabels &= levels.get(i).isTextual() && text.length() <= RequestRules.LABEL_CHARACTERS;
            options.add(new Option(at, text, text, IntNode.valueOf(i), levels.get(i)));
        }
        return options.stream()
                .map(areLabels ? Option::named : Option::numbered)
                .toList();
    }

    private static String content(RequestFields fields, String name) {
        return fields.find(name)
                .map(node -> content(node, fields.pointer(name), fields))
                .orElse("");
    }

    /// A text, or JSON as a text.
    private static String content(JsonNode node, String at, RequestFields fields) {
        if (node.isContainerNode()) {
            var text = node.toString();
            fields.violations().wellFormed(at, text);
            return text;
        }
        fields.violations()
                .when(
                        !node.isTextual(),
                        at,
                        "a text, an object or an array",
                        Violation.shown(node),
                        "must be a text, an object or an array");
        return node.isTextual() ? fields.text(node, at) : "";
    }
}
