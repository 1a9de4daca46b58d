package dev.icmlora.decisions;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.decisions.Decisions.AnswerIds;
import dev.icmlora.decisions.Decisions.Asked;
import dev.icmlora.decisions.Decisions.Decided;
import dev.icmlora.decisions.Question.Kind;
import dev.icmlora.decisions.QuestionFields.Form;
import dev.icmlora.function.api.GenerateReply.Usage;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.http.RequestFields;

/// Requests and replies of OpenAI's Decisions API.
@RegisterForReflection
final class OpenAiDecisions {

    private static final String INPUT = "input";
    private static final String QUESTIONS = "questions";
    private static final String CHOICES = "choices";
    private static final String LEVELS = "levels";
    private static final String VALUE = "value";
    private static final String CONTENT = "content";
    private static final List<Form> FORMS = List.of(
            new Form("predicate", Kind.YES_NO, "type", OpenAiDecisions::outcomes),
            new Form("choice", Kind.CHOICE, CHOICES, OpenAiDecisions::choices),
            new Form("score", Kind.SCORE, LEVELS, OpenAiDecisions::levels));
    private static final List<String> ROLES = List.of("user", "developer", "system", "assistant");
    private static final List<String> PARTS = List.of("input_text", "output_text", "input_json");

    private OpenAiDecisions() {}

    /// @param answers in the order of the questions
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Reply(List<Object> answers, String model, Tokens usage, AnswerIds icmLora) {}

    /// @param name null where the question has none
    record Predicate(String name, double probability, String type) {}

    /// @param choice a text or a boolean
    record Choice(JsonNode choice, double confidence, String name, List<OfChoice> probabilities, String type) {}

    record OfChoice(double probability, JsonNode value) {}

    record Score(double confidence, String name, List<OfLevel> probabilities, double score, String type) {}

    /// @param value the level's number, from 0
    record OfLevel(String label, double probability, int value) {}

    record Tokens(
            int inputTokens,
            InputTokens inputTokensDetails,
            int outputTokens,
            OutputTokens outputTokensDetails,
            int totalTokens) {

        private static Tokens of(Usage usage) {
            return new Tokens(
                    usage.promptTokens(),
                    new InputTokens(0, 0),
                    usage.completionTokens(),
                    new OutputTokens(0),
                    usage.promptTokens() + usage.completionTokens());
        }
    }

    /// Those that were not computed are not counted at all.
    record InputTokens(int cacheWriteTokens, int cachedTokens) {}

    record OutputTokens(int reasoningTokens) {}

    static Reply reply(Decided decided) {
        return new Reply(
                decided.decisions().stream().map(OpenAiDecisions::answer).toList(),
                decided.model(),
                Tokens.of(decided.usage()),
                decided.ids());
    }

    private static Object answer(Decision decision) {
        var name = decision.question().name();
        var options = decision.question().options();
        var probabilities = decision.probabilities();
        return switch (decision.question().kind()) {
            case YES_NO -> new Predicate(name, probabilities.getFirst(), "predicate");
            case CHOICE ->
                new Choice(
                        decision.option().value(),
                        decision.confidence(),
                        name,
                        IntStream.range(0, options.size())
                                .mapToObj(i -> new OfChoice(
                                        probabilities.get(i), options.get(i).value()))
                                .toList(),
                        "choice");
            case SCORE ->
                new Score(
                        decision.confidence(),
                        name,
                        IntStream.range(0, options.size())
                                .mapToObj(i -> new OfLevel(options.get(i).label(), probabilities.get(i), i))
                                .toList(),
                        decision.score(),
                        "score");
        };
    }

    /// @throws dev.icmlora.function.error.RequestException naming every field that is wrong
    static Asked read(JsonNode body) {
        var fields = new RequestFields(body, "", new Violations());
        var model = fields.required("model");
        fields.wrong(fields.find(INPUT).isEmpty(), INPUT, "a string or an array of messages", null, "is missing");
        var input = input(fields, INPUT);
        var questions = new ArrayList<Question>();
        fields.objects(
                QUESTIONS,
                1,
                Decisions.MOST_QUESTIONS,
                question -> question(question).ifPresent(questions::add));
        fields.violations().raise();
        return new Asked(model, input, questions);
    }

    private static Optional<Question> question(RequestFields question) {
        var form = Form.of(question, FORMS);
        var name = question.find("name").map(_ -> question.text("name")).orElse(null);
        var instructions = parts(question, "instructions");
        question.wrong(
                instructions.isEmpty() && question.find("function").isEmpty(),
                "instructions",
                "a string or an array of parts",
                null,
                "must not be empty");
        var reader = new QuestionFields(question, "/" + INPUT, INPUT, OpenAiDecisions::input);
        return form.map(of -> reader.question(name, of, instructions));
    }

    private static List<Option> outcomes(RequestFields question) {
        var at = question.pointer("type");
        return List.of(Option.of(true, at, ""), Option.of(false, at, ""));
    }

    private static List<Option> choices(RequestFields question) {
        var options = new ArrayList<Option>();
        question.objects(CHOICES, Question.LEAST_OPTIONS, Question.MOST_CHOICES, choice -> {
            var value = choice.find(VALUE);
            choice.wrong(
                    value.filter(node -> node.isTextual() || node.isBoolean()).isEmpty(),
                    VALUE,
                    "a string or a boolean",
                    value.map(Violation::shown).orElse(null),
                    "must be a string or a boolean");
            value.ifPresent(node -> options.add(
                    new Option(choice.pointer(VALUE), node.asText(), choice.text("description"), node, node)));
        });
        return options;
    }

    private static List<Option> levels(RequestFields question) {
        var options = new ArrayList<Option>();
        question.objects(
                LEVELS,
                Question.LEAST_OPTIONS,
                Question.MOST_LEVELS,
                level -> options.add(Option.of(
                        level.pointer("label"),
                        options.size(),
                        level.required("label"),
                        level.text("description"),
                        true)));
        return options;
    }

    /// A text, or messages: one is its content alone, of several each says who wrote it.
    private static String input(RequestFields fields, String name) {
        if (fields.find(name).filter(JsonNode::isArray).isEmpty()) {
            return fields.text(name);
        }
        var contents = new ArrayList<String>();
        var lines = new ArrayList<String>();
        fields.objects(name, message -> {
            message.find("type")
                    .filter(type -> !type.asText().equals("message"))
                    .ifPresent(type -> message.wrong(
                            true, "type", "message", Violation.shown(type), "must be a message, which has text"));
            var role = message.oneOf("role", ROLES);
            message.wrong(message.find(CONTENT).isEmpty(), CONTENT, "a string", null, "is missing");
            contents.add(parts(message, CONTENT));
            lines.add(role + ": " + contents.getLast());
        });
        return lines.size() == 1 ? contents.getFirst() : String.join("\n", lines);
    }

    /// A text, or parts that are texts or JSON.
    private static String parts(RequestFields fields, String name) {
        if (fields.find(name).filter(JsonNode::isArray).isEmpty()) {
            return fields.text(name);
        }
        var texts = new ArrayList<String>();
        fields.objects(name, part -> {
            var type = part.oneOf("type", PARTS);
            if (type.equals("input_json")) {
                var data = part.find("data").filter(JsonNode::isContainerNode).map(JsonNode::toString);
                part.wrong(data.isEmpty(), "data", "an object or an array", null, "must be an object or an array");
                data.ifPresent(texts::add);
            } else if (PARTS.contains(type)) {
                texts.add(part.find("text")
                        .map(text -> part.text(text, part.pointer("text")))
                        .orElseGet(() -> part.required("text")));
            }
        });
        return String.join("", texts);
    }
}
