package dev.icmlora.function.decisions;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;

import dev.icmlora.function.api.TaskBody.ExampleBody;
import dev.icmlora.function.decisions.Question.Fields;
import dev.icmlora.function.decisions.Question.Kind;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.openai.RequestFields;

/// What the questions of both APIs have in common when they are read.
///
/// @param of the fields of a question
/// @param state JSON pointer to the state
/// @param input name of the field of an example that has its state
/// @param content reads a text, which may be written in another way too, from a field of a name
record QuestionFields(RequestFields of, String state, String input, Content content) {

    private static final String FUNCTION = "function";
    private static final String EXAMPLES = "examples";

    /// Reads a text from a field, which may be JSON or have parts.
    interface Content {
        /// Empty where there is none.
        String read(RequestFields fields, String name);
    }

    /// @param options name of the field that has them; one that is missing leaves them to the function
    /// @param read reads the options
    Question question(
            String name, Kind kind, String options, String instructions, Function<RequestFields, List<Option>> read) {
        var function = of.find(FUNCTION).map(_ -> of.required(FUNCTION)).orElse(null);
        var found = function != null && of.find(options).isEmpty() && kind != Kind.YES_NO
                ? List.<Option>of()
                : read.apply(of);
        of.wrong(
                function != null && of.find(EXAMPLES).isPresent(),
                EXAMPLES,
                null,
                null,
                "must not be given beside a function, which has its own");
        var fields = new Fields(
                of.pointer("").replaceFirst("/$", ""), of.pointer(options), of.pointer(FUNCTION), state, "/" + input);
        return new Question(name, kind, fields, instructions, found, examples(found), function);
    }

    private List<ExampleBody> examples(List<Option> options) {
        var examples = new ArrayList<ExampleBody>();
        elements(of, EXAMPLES, example -> {
            var text = content.read(example, input);
            var answer = example.find("answer");
            example.wrong(answer.isEmpty(), "answer", null, null, "is missing");
            answer.ifPresent(given -> options.stream()
                    .filter(option -> option.isMeantBy(given))
                    .findFirst()
                    .ifPresentOrElse(
                            option -> examples.add(new ExampleBody(text, option.label())),
                            () -> example.wrong(
                                    true,
                                    "answer",
                                    options.stream()
                                            .map(Option::value)
                                            .limit(Question.LABELS_SHOWN)
                                            .toList(),
                                    Violation.shown(given),
                                    "is none of the %d options of the question".formatted(options.size()))));
        });
        return examples;
    }

    /// Reads each object of a list.
    static void elements(RequestFields of, String name, Consumer<RequestFields> read) {
        of.find(name).ifPresent(list -> {
            of.wrong(!list.isArray(), name, "an array", Violation.shown(list), "must be an array");
            for (var i = 0; list.isArray() && i < list.size(); i++) {
                object(list.get(i), of.pointer(name) + "/" + i, of.violations(), read);
            }
        });
    }

    /// Reads what must be an object.
    static void object(JsonNode node, String at, Violations violations, Consumer<RequestFields> read) {
        violations.when(!node.isObject(), at, "an object", Violation.shown(node), "must be an object");
        if (node.isObject()) {
            read.accept(new RequestFields(node, at, violations));
        }
    }

    /// How many there may be.
    static void count(RequestFields of, String name, int count, int least, int most) {
        of.wrong(
                count < least,
                name,
                least,
                count,
                "has %d entries, fewer than the %d that there must be".formatted(count, least));
        of.violations().count(of.pointer(name), count, most);
    }
}
