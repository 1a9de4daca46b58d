package dev.icmlora.function.service;

import java.util.HashMap;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.icmlora.engine.worker.Extracting;
import dev.icmlora.engine.worker.Words;
import dev.icmlora.function.adapters.KnownAdapter;
import dev.icmlora.function.adapters.KnownAdapter.OwnedId;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.GenerateRequest.AnswerKind;
import dev.icmlora.function.api.Mode;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.api.TaskBody.ExampleBody;
import dev.icmlora.function.api.Tune;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.service.AnswerForm.Abstention;
import dev.icmlora.generator.task.Task;

/// Checks the fields of a request before any of it costs anything. The prompt's length against the context is
/// checked later, where tokens are known.
@Singleton
public final class RequestRules {

    /// Highest `temperature`.
    public static final double TEMPERATURE = 2;
    /// Stop strings of a request.
    public static final int STOPS = 8;
    /// Characters of a stop string.
    public static final int STOP_CHARACTERS = 100;
    /// Highest `scale`, and weight of an adapter in a sum.
    public static final double SCALE = 4;
    /// Highest `strength`.
    private static final double STRENGTH = 4;
    /// Steps that a tuning may take.
    private static final int TUNING_STEPS = 100;
    /// Characters of a description.
    private static final int DESCRIPTION_CHARACTERS = 2000;
    /// Characters of an example's input, and of its output.
    public static final int EXAMPLE_CHARACTERS = 2000;
    /// Examples of a task that is not tuned on them.
    private static final int EXAMPLES = 64;
    /// Examples of a task that is tuned on them; they are in no prompt.
    public static final int TUNING_EXAMPLES = 1024;

    /// Labels of a request.
    private static final int LABELS = 256;
    /// Characters of a label.
    public static final int LABEL_CHARACTERS = 200;

    /// Words of a span.
    private static final int SPAN_WORDS = Extracting.MOST_WORDS;

    private static final GenerateRequest ANY_INPUT = new GenerateRequest(
            null, null, List.of("any"), null, null, null, null, null, null, null, null, null, null, null, null, null);

    private final FunctionConfig.Limits limits;
    private final int contextTokens;

    RequestRules(FunctionConfig config) {
        this.limits = config.limits();
        this.contextTokens = config.worker().contextTokens();
    }

    /// @throws RequestException naming every broken rule
    public void check(AdapterRequest request) {
        requireBody(request);
        var violations = new Violations();
        // What it is to answer is not said yet, and may be spans.
        task(request.task(), request.tune() == null ? EXAMPLES : TUNING_EXAMPLES, true, violations);
        if (request.tune() != null) {
            tune(request.tune(), violations);
            if (request.task() != null && !request.task().isNamed()) {
                examplesToTuneOn(request.task().examples().size(), violations);
            }
        }
        violations.raise();
    }

    /// @throws RequestException naming every broken rule
    public void check(GenerateRequest request) {
        requireBody(request);
        var violations = new Violations();
        if (request.adapter() == null) {
            task(request.task(), mostExamples(request.mode()), request.answer() == AnswerKind.SPAN, violations);
        } else {
            adapter(request.adapter(), request, violations);
        }
        inputs(request.inputs(), violations);
        stops(request.stop(), violations);
        answers(request, violations);
        violations.range("/max_tokens", request.maxTokens(), 1, contextTokens - 1);
        violations.range("/temperature", request.temperature(), 0, TEMPERATURE);
        violations.range("/seed", request.seed(), 0, Integer.MAX_VALUE);
        violations.range("/scale", request.scale(), 0, SCALE);
        violations.range("/strength", request.strength(), 0, STRENGTH);
        selection(request, violations);
        violations.raise();
    }

    private static void adapter(String id, GenerateRequest request, Violations violations) {
        var mode = request.mode();
        var strength = request.strength();
        violations.when(request.task() != null, "/adapter", null, id, "must not be given beside /task");
        violations.when(!OwnedId.isId(id), "/adapter", OwnedId.FORM.pattern(), id, "is no id");
        if (mode == Mode.TUNED) {
            violations.when(true, "/mode", "adapter", mode, "needs /task: name its adapter in mode adapter");
        } else {
            violations.when(strength != 1, "/strength", 1, strength, "is already part of what /adapter names");
        }
    }

    /// @throws RequestException if it is too long
    public static void checkDescription(String description) {
        var violations = new Violations();
        violations.text("description", description, DESCRIPTION_CHARACTERS);
        violations.raise();
    }

    /// @throws RequestException if the adapter is B0: equal for all tasks, its id names none of them
    void check(KnownAdapter known) {
        var violations = new Violations();
        var id = known.adapter().id();
        violations.when(known.key().isShared(), "/adapter", null, id, "is B0, which brings no task: send /task");
        violations.raise();
    }

    /// @throws RequestException if the mode shows examples and the task has none
    public void check(Mode mode, Task task) {
        var violations = new Violations();
        var none = mode.showsExamples() && task.examples().isEmpty();
        violations.when(none, "/task/examples", 1, 0, "must not be empty in this mode, which shows them");
        if (mode == Mode.TUNED) {
            examplesToTuneOn(task.examples().size(), violations);
        }
        violations.raise();
    }

    /// Of a task that may be tuned on them they need not be in any prompt.
    private int mostExamples(Mode mode) {
        return mode.tunes() ? TUNING_EXAMPLES : EXAMPLES;
    }

    private static void requireBody(Object request) {
        if (request == null) {
            throw RequestException.invalid(new Violation("", "a JSON object", null, "the body is empty"));
        }
    }

    private static void tune(Tune tune, Violations violations) {
        if (tune.steps() != null) {
            violations.range("/tune/steps", tune.steps(), 1, TUNING_STEPS);
        }
    }

    private static void examplesToTuneOn(int count, Violations violations) {
        violations.when(count == 0, "/task/examples", 1, 0, "must not be empty: tuning takes its steps on them");
    }

    /// The rules of a task whose examples are all in a prompt.
    public void checkShown(TaskBody task, Violations violations) {
        task(task, EXAMPLES, true, violations);
    }

    /// @param mayBeEmpty whether examples may have empty outputs
    private void task(TaskBody task, int mostExamples, boolean mayBeEmpty, Violations violations) {
        if (task == null) {
            violations.when(true, "/task", null, null, "is missing");
            return;
        }
        if (task.isNamed()) {
            named(task, violations);
            return;
        }
        var empty = task.description().isBlank() && task.examples().isEmpty();
        violations.when(empty, "/task", null, null, "needs a description, examples, or both");
        violations.text("/task/description", task.description(), DESCRIPTION_CHARACTERS);
        violations.count("/task/examples", task.examples().size(), mostExamples);
        for (var i = 0; i < Math.min(task.examples().size(), mostExamples); i++) {
            example("/task/examples/" + i, task.examples().get(i), mayBeEmpty, violations);
        }
    }

    private static void named(TaskBody task, Violations violations) {
        var field = "/task/function";
        functionName(field, task.function(), violations);
        var isDescribed = !task.description().isEmpty() || !task.examples().isEmpty();
        violations.when(
                isDescribed, field, null, task.function(), "must not be given beside a description or examples");
    }

    private static Optional<FunctionName> functionName(String field, String text, Violations violations) {
        var name = text == null ? Optional.<FunctionName>empty() : FunctionName.of(text);
        violations.when(name.isEmpty(), field, FunctionName.FORM, text, "is no function's name");
        return name;
    }

    /// A function's name, perhaps with a version.
    ///
    /// @throws RequestException if it is none
    public static FunctionName functionName(String text) {
        return functionName("name", text);
    }

    /// A function's name, perhaps with a version.
    ///
    /// @param field that it was sent in
    /// @param text null where none was sent
    /// @throws RequestException if it is none
    public static FunctionName functionName(String field, String text) {
        var violations = new Violations();
        var name = functionName(field, text, violations);
        violations.raise();
        return name.orElseThrow();
    }

    /// @throws RequestException naming every broken rule
    void check(FunctionName name, FunctionDefinition definition) {
        requireBody(definition);
        var violations = new Violations();
        var unnumbered = "must have no version: a new one gets the next number";
        violations.when(name.version().isPresent(), "name", FunctionName.NAME, name.toString(), unnumbered);
        var function = definition.task() == null ? null : definition.task().function();
        var own = "must not be given: a function has a task of its own";
        violations.when(function != null, "/task/function", null, function, own);
        violations.raise();
        check(ofAnyInput(definition));
    }

    /// A request as short as one can be that a function answers.
    public static GenerateRequest ofAnyInput(FunctionDefinition definition) {
        return ANY_INPUT.with(definition);
    }

    private void example(String field, ExampleBody example, boolean mayBeEmpty, Violations violations) {
        if (example == null) {
            violations.when(true, field, "an object", null, "must not be null");
            return;
        }
        required(field + "/input", example.input(), EXAMPLE_CHARACTERS, violations);
        if (!mayBeEmpty || !"".equals(example.output())) {
            required(field + "/output", example.output(), EXAMPLE_CHARACTERS, violations);
        }
    }

    private void inputs(List<String> inputs, Violations violations) {
        violations.when(inputs.isEmpty(), "/inputs", 1, 0, "must not be empty");
        violations.count("/inputs", inputs.size(), limits.inputs());
        for (var i = 0; i < Math.min(inputs.size(), limits.inputs()); i++) {
            required("/inputs/" + i, inputs.get(i), Integer.MAX_VALUE, violations);
        }
    }

    private void stops(List<String> stops, Violations violations) {
        violations.count("/stop", stops.size(), STOPS);
        for (var i = 0; i < Math.min(stops.size(), STOPS); i++) {
            required("/stop/" + i, stops.get(i), STOP_CHARACTERS, violations);
        }
    }

    private void answers(GenerateRequest request, Violations violations) {
        if (request.labels() != null) {
            checkLabels(request.labels(), violations);
            violations.when(request.schema() != null, "/schema", null, null, "must not be given beside /labels");
        }
        if (request.answer() == AnswerKind.SPAN) {
            var beside = "must not be given beside /labels or /schema";
            var other = request.labels() != null || request.schema() != null;
            violations.when(other, "/answer", null, request.answer(), beside);
            if (request.task() != null) {
                spans(request.task().examples(), mostExamples(request.mode()), violations);
            }
        }
        if (request.labels() != null || request.answer() != null) {
            var temperature = request.temperature();
            var rule = "must be 0 beside /labels or /answer: the likeliest one is taken";
            violations.when(temperature != 0, "/temperature", 0, temperature, rule);
        }
        var isFormed = request.labels() != null || request.schema() != null || request.answer() != null;
        var stops = request.stop().size();
        var ends = "must not be given beside /labels, /schema or /answer, whose answers end by themselves";
        violations.when(isFormed && stops > 0, "/stop", 0, stops, ends);
        var abstention = Abstention.read(request.abstainBelow(), violations);
        if (abstention.filter(Abstention::isRisk).isPresent()) {
            var isUnknown =
                    request.schema() != null || request.answer() != null || stops > 0 || request.temperature() != 0;
            var rule = "must be a number beside /answer, /schema, /stop or a /temperature above 0:"
                    + " how often such answers are right is not known";
            violations.when(
                    isUnknown, Abstention.FIELD, "a number", abstention.get().value(), rule);
        }
    }

    /// Texts of which an answer is to be one: at least two different ones, and none too long.
    public static void checkLabels(List<String> labels, Violations violations) {
        violations.when(
                labels.size() < 2,
                "/labels",
                2,
                labels.size(),
                "has %d entries, fewer than the 2 that make a choice".formatted(labels.size()));
        violations.count("/labels", labels.size(), LABELS);
        var places = new HashMap<String, Integer>();
        for (var i = 0; i < Math.min(labels.size(), LABELS); i++) {
            var field = "/labels/" + i;
            required(field, labels.get(i), LABEL_CHARACTERS, violations);
            var before = places.putIfAbsent(labels.get(i), i);
            violations.when(before != null, field, null, labels.get(i), "is the same as /labels/" + before);
        }
    }

    /// Each output stands in its input, or is empty where the input has none.
    private static void spans(List<ExampleBody> examples, int most, Violations violations) {
        for (var i = 0; i < Math.min(examples.size(), most); i++) {
            var example = examples.get(i);
            if (example != null && example.input() != null && example.output() != null) {
                span("/task/examples/%d/output".formatted(i), example.input(), example.output(), violations);
            }
        }
    }

    private static void span(String field, String input, String output, Violations violations) {
        if (output.isEmpty()) {
            return;
        }
        if (!input.contains(output)) {
            violations.when(true, field, "a piece of the input", output, "does not stand in its input word for word");
            return;
        }
        var words = Words.of(output).size();
        if (words > SPAN_WORDS) {
            var rule = "has %d words, more than the %d of a span".formatted(words, SPAN_WORDS);
            violations.when(true, field, SPAN_WORDS, words, rule);
            return;
        }
        var isWhole = Words.of(input).find(output).isPresent();
        violations.when(
                !isWhole, field, "whole words", output, "begins or ends within a word of its input, or in space");
    }

    private static void selection(GenerateRequest request, Violations violations) {
        var chooses = request.mode() == Mode.AUTO && request.adapter() == null;
        var strength = request.strength();
        var rule = "is chosen in mode auto: name another mode beside it";
        violations.when(chooses && strength != 1, "/strength", 1, strength, rule);
        if (request.tune() != null) {
            var tunes = request.mode() == Mode.TUNED || chooses;
            violations.when(!tunes, "/tune", Mode.TUNED, request.mode(), "needs mode tuned or auto");
            tune(request.tune(), violations);
        }
    }

    private static void required(String field, String text, int limit, Violations violations) {
        violations.when(text == null || text.isEmpty(), field, null, text, "must not be empty");
        if (text != null) {
            violations.text(field, text, limit);
        }
    }
}
