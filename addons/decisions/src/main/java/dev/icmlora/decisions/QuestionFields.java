package dev.icmlora.decisions;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

import dev.icmlora.decisions.Question.Fields;
import dev.icmlora.decisions.Question.Kind;
import dev.icmlora.function.api.TaskBody.ExampleBody;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.http.RequestFields;

/// Reads what the questions of both APIs have in common.
///
/// @param of the fields of a question
/// @param state JSON pointer to the state
/// @param input name of the field of an example that has its state
/// @param content reads a text from a field of a name, where it may be JSON or have parts; empty where there is none
record QuestionFields(RequestFields of, String state, String input, BiFunction<RequestFields, String, String> content) {

    private static final String FUNCTION = "function";
    private static final String EXAMPLES = "examples";

    /// A kind of question as an API has it.
    ///
    /// @param type what the API calls it
    /// @param options name of the field that has them; one that is missing leaves them to the function
    /// @param read reads the options
    record Form(String type, Kind kind, String options, Function<RequestFields, List<Option>> read) {

        /// The one that a question says.
        static Optional<Form> of(RequestFields question, List<Form> forms) {
            var type = question.oneOf("type", forms.stream().map(Form::type).toList());
            return forms.stream().filter(form -> form.type.equals(type)).findFirst();
        }
    }

    Question question(String name, Form form, String instructions) {
        var function = of.find(FUNCTION).map(_ -> of.required(FUNCTION)).orElse(null);
        var isLeft = function != null && of.find(form.options).isEmpty() && form.kind != Kind.YES_NO;
        var found = isLeft ? List.<Option>of() : form.read.apply(of);
        of.wrong(
                function != null && of.find(EXAMPLES).isPresent(),
                EXAMPLES,
                null,
                null,
                "must not be given beside a function, which has its own");
        var fields = new Fields(of.pointer(), of.pointer(form.options), of.pointer(FUNCTION), state, "/" + input);
        // Without options, none of them could be an answer.
        var examples = found.isEmpty() ? List.<ExampleBody>of() : examples(found);
        return new Question(name, form.kind, fields, instructions, found, examples, function);
    }

    private List<ExampleBody> examples(List<Option> options) {
        var examples = new ArrayList<ExampleBody>();
        of.objects(EXAMPLES, example -> {
            var text = content.apply(example, input);
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
}
