package dev.icmlora.decisions;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.api.GenerateReply.Usage;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.function.service.RequestRules;
import dev.icmlora.function.service.TaskService;
import dev.icmlora.function.service.TaskService.LabelRequest;

/// Answers questions about a state: each is a task with labels.
@Singleton
public final class Decisions {

    /// Questions of a request.
    public static final int MOST_QUESTIONS = 64;
    /// Characters of a question's name, where it is part of JSON pointers.
    static final int NAME_CHARACTERS = 200;

    private static final String MODEL = "/model";

    private final TaskService service;
    private final NamedFunctions functions;
    private final EngineHost engineHost;

    Decisions(TaskService service, NamedFunctions functions, EngineHost engineHost) {
        this.service = service;
        this.functions = functions;
        this.engineHost = engineHost;
    }

    /// @param model a function's name, for questions that have neither examples nor a function; or any other
    public record Asked(String model, String state, List<Question> questions) {}

    /// @param model the function that the request named as its model, with its version; or the base model
    /// @param decisions in the order of the questions
    record Decided(String model, List<Decision> decisions, Usage usage) {

        /// Null where no function gave an answer.
        AnswerIds ids() {
            var ids = decisions.stream().map(Decision::id).toList();
            return ids.stream().allMatch(Objects::isNull) ? null : new AnswerIds(ids);
        }
    }

    /// Our field of a reply, beside those of its format.
    ///
    /// @param ids of the answers, in the order of the questions; null where no function gave one
    @RegisterForReflection
    record AnswerIds(List<String> ids) {}

    /// Reads a body of the System One API for a caller without an HTTP request, such as MCP's tool.
    ///
    /// @throws RequestException naming every field that is wrong
    public static Asked asked(JsonNode request) {
        return SystemOne.read(request);
    }

    /// The reply to it.
    ///
    /// @throws RequestException if there is no answer
    public Object systemOne(Caller caller, Asked asked) {
        return SystemOne.reply(decide(caller, asked));
    }

    /// @throws RequestException if there is no answer
    Decided decide(Caller caller, Asked asked) {
        var tenant = caller.tenant();
        var model = functions.isKnown(tenant, asked.model())
                ? Optional.of(function(tenant, asked.model(), MODEL))
                : Optional.<Learned>empty();
        var questions = new ArrayList<Question>();
        var requests = new ArrayList<LabelRequest>();
        for (var question : asked.questions()) {
            var isOpen = question.function() == null && question.examples().isEmpty();
            var learned = model.filter(_ -> isOpen)
                    .or(() -> Optional.ofNullable(question.function())
                            .map(name ->
                                    function(tenant, name, question.fields().function())));
            var whole = learned.map(function -> function.whole(question)).orElse(question);
            var says = learned.isPresent() && !learned.get().labels.isEmpty();
            var request = whole.about(asked.state(), says ? null : whole.labels());
            questions.add(whole);
            requests.add(new LabelRequest(request, whole::field));
        }
        var replies = service.decide(caller, requests);
        var decisions = IntStream.range(0, questions.size())
                .mapToObj(i -> Decision.of(questions.get(i), replies.get(i)))
                .toList();
        return new Decided(
                model.map(Learned::name).orElse(engineHost.modelName()),
                decisions,
                replies.getLast().usage());
    }

    /// @param at JSON pointer to its name
    private Learned function(Tenant tenant, String name, String at) {
        var known =
                functions.describe(tenant, RequestRules.functionName(at, name).toString());
        var labels = known.definition().labels();
        return new Learned(known.versioned().toString(), at, labels == null ? List.of() : labels);
    }

    /// A function that answers.
    ///
    /// @param name with its version
    /// @param at JSON pointer to where the client named it
    /// @param labels none where it has none
    private record Learned(String name, String at, List<String> labels) {

        /// The question that it answers, with options.
        ///
        /// @throws RequestException if they are others than its labels
        Question whole(Question question) {
            var violations = new Violations();
            var options = question.options();
            violations.when(
                    options.isEmpty() && labels.isEmpty(),
                    question.fields().options(),
                    null,
                    null,
                    "is missing: function %s has no labels".formatted(name));
            violations.when(
                    !options.isEmpty()
                            && !labels.isEmpty()
                            && !Set.copyOf(labels).equals(Set.copyOf(question.labels())),
                    question.fields().options(),
                    labels.stream().limit(Question.LABELS_SHOWN).toList(),
                    null,
                    "must be the labels of function %s".formatted(name));
            var seen = new HashSet<String>();
            options.forEach(option -> violations.when(
                    !seen.add(option.label()), option.at(), null, option.label(), "is an option already"));
            violations.raise();
            return (options.isEmpty() ? question.with(options(question.kind())) : question).by(name, at);
        }

        private List<Option> options(Question.Kind kind) {
            return IntStream.range(0, labels.size())
                    .mapToObj(i -> Option.of(at, i, labels.get(i), "", kind == Question.Kind.SCORE))
                    .toList();
        }
    }
}
