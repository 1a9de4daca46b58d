package dev.icmlora.decisions;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.api.TaskBody.ExampleBody;

/// A question about a state, answered by one of its options.
///
/// @param name null if it has none
/// @param fields where the client wrote its parts
/// @param options in their order; none where those of its function count
/// @param function whose task answers in place of the instructions and examples; null for none
record Question(
        String name,
        Kind kind,
        Fields fields,
        String instructions,
        List<Option> options,
        List<ExampleBody> examples,
        String function) {

    /// Options of a choice, and levels of a score.
    static final int LEAST_OPTIONS = 2;

    static final int MOST_CHOICES = 255;
    static final int MOST_LEVELS = 10;
    /// Labels that an error names.
    static final int LABELS_SHOWN = 10;

    private static final Pattern LABEL = Pattern.compile("/labels/(\\d+)");
    private static final Pattern EXAMPLE = Pattern.compile("/task/examples(/\\d+)?(/input|/output)?");

    enum Kind {
        /// Whether something is so.
        YES_NO("Is it so?"),
        /// Which one of some options.
        CHOICE("Which of these fits best?"),
        /// How far up on some levels.
        SCORE("Which of these levels fits best?");

        /// What is asked where the client gives no instructions.
        private final String alone;

        Kind(String alone) {
            this.alone = alone;
        }
    }

    /// JSON pointers to what a client wrote.
    ///
    /// @param at the question
    /// @param options its options
    /// @param function the name of its function
    /// @param state the state that all questions have in common
    /// @param input what an example calls its state
    record Fields(String at, String options, String function, String state, String input) {

        Fields withFunction(String other) {
            return new Fields(at, options, other, state, input);
        }
    }

    /// The question for another function.
    Question by(String other, String at) {
        return new Question(name, kind, fields.withFunction(at), instructions, options, List.of(), other);
    }

    Question with(List<Option> others) {
        return new Question(name, kind, fields, instructions, others, examples, function);
    }

    List<String> labels() {
        return options.stream().map(Option::label).toList();
    }

    /// The request that answers it.
    ///
    /// @param labels of the answer; null where its function says them
    GenerateRequest about(String state, List<String> labels) {
        var task = function == null ? new TaskBody(description(), examples) : new TaskBody(null, null, function);
        return new GenerateRequest(
                task,
                null,
                List.of(state),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                labels,
                null,
                null,
                null,
                null,
                null);
    }

    /// The instructions and what the options mean. Options that are not described are not named: they are labels, and
    /// small models answer worse where a prompt lists them.
    private String description() {
        var asked = instructions.isEmpty() ? kind.alone : instructions;
        return options.stream()
                .filter(option -> !option.description().isEmpty())
                .map(option -> "\n- " + option.label() + ": " + option.description())
                .collect(Collectors.joining("", asked, ""));
    }

    /// Where the client wrote what a field of [#about] has.
    String field(String ofRequest) {
        var label = LABEL.matcher(ofRequest);
        if (label.matches()) {
            var place = Integer.parseInt(label.group(1));
            return place < options.size() ? options.get(place).at() : fields.function;
        }
        var example = EXAMPLE.matcher(ofRequest);
        if (example.matches()) {
            var part = example.group(2) == null ? "" : example.group(2).equals("/input") ? fields.input : "/answer";
            return fields.at + "/examples" + (example.group(1) == null ? "" : example.group(1)) + part;
        }
        return switch (ofRequest) {
            case "/labels" -> fields.options;
            case "/task" -> fields.at;
            case "/task/description" -> fields.at + "/instructions";
            case "/inputs", "/inputs/0" -> fields.state;
            default -> fields.function;
        };
    }
}
