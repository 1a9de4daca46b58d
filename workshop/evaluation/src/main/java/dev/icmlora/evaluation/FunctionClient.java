package dev.icmlora.evaluation;

import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

import dev.icmlora.generator.task.Task;
import dev.icmlora.trainer.tasks.TaskRunner;
import dev.icmlora.trainer.tasks.TaskRunner.Work;

/// Asks a running function, and reads what an evaluation needs of its replies.
///
/// @param runner that asks about some tasks
public record FunctionClient(Calls function, TaskRunner runner) implements Serializable {
    private static final Gson JSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .create();

    /// However the function is reached, from wherever it is asked.
    @FunctionalInterface
    public interface Calls extends Serializable {

        /// @param request body of `/generate`
        /// @return body of the reply
        /// @throws IOException that says what the function said, when it refuses
        /// @throws RuntimeException when it cannot be asked
        String generate(String request) throws IOException;
    }

    /// @throws IOException that says what the function said, when it refuses
    Reply ask(Request request) throws IOException {
        return JSON.fromJson(function.generate(JSON.toJson(request)), Reply.class);
    }

    /// Asks about each task.
    ///
    /// @param what is asked, for who watches
    /// @param requests about a task, in the order in which they are made, by what tells them apart
    /// @param until no further task is asked, and has no replies, after that
    /// @param result of a task and the replies
    /// @return of each task, in their order
    /// @throws IOException that names the task, and says what the function said, when it refuses or cannot be asked
    <T, K, R> List<R> ask(
            String what,
            List<T> tasks,
            Function<? super T, String> name,
            Function<? super T, Map<K, Request>> requests,
            Instant until,
            BiFunction<? super T, Map<K, Reply>, R> result)
            throws IOException {
        record Asked<K>(String name, Map<K, Request> requests) implements Serializable {}
        List<Asked<K>> asked = tasks.stream()
                .map(task -> new Asked<>(name.apply(task), requests.apply(task)))
                .toList();
        Iterator<T> replied = tasks.iterator();
        List<R> results = new ArrayList<>();
        Work<Asked<K>, Map<K, Reply>> asking = task -> {
            Map<K, Reply> replies = new LinkedHashMap<>();
            if (Instant.now().isBefore(until)) {
                for (Map.Entry<K, Request> request : task.requests.entrySet()) {
                    replies.put(request.getKey(), ask(request.getValue()));
                }
            }
            return replies;
        };
        runner.run(what, asked, Asked::name, asking, replies -> results.add(result.apply(replied.next(), replies)));
        return results;
    }

    /// A reply of the function, as far as an evaluation needs it.
    ///
    /// @param details one for each output; null unless a confidence was asked for
    record Reply(
            List<String> outputs, List<Detail> details, Selection selection, Usage usage, Map<String, Double> timingMs)
            implements Serializable {
        /// @param calibrated whether the confidence was fitted to how often such answers are right
        /// @param secondOpinion of the answer; null where none was asked
        record Detail(Double confidence, Boolean calibrated, String secondOpinion) implements Serializable {}

        record Usage(int promptTokens, int completionTokens) implements Serializable {}

        /// @param served mode that answered
        /// @param strength of the residual in the serving adapter; null where the mode was named
        /// @param confidence chance of a right answer; null where the mode was named
        record Selection(String served, Double strength, Double confidence) implements Serializable {}
    }

    /// A part that is null is left to the function. The likeliest token is taken each time.
    record Request(
            Task task,
            List<String> inputs,
            String mode,
            Integer maxTokens,
            Double strength,
            Map<String, Integer> tune,
            List<String> labels,
            String answer,
            Boolean confidence)
            implements Serializable {

        /// For answers of any text.
        ///
        /// @param way mode, strength and steps of the request; its examples are already those of `task`
        /// @param confidence whether to ask how sure each answer is, which changes none
        static Request of(Task task, List<String> inputs, Condition.Request way, int maxTokens, boolean confidence) {
            Double strength = way.strength().isPresent() ? way.strength().getAsDouble() : null;
            Map<String, Integer> tune =
                    way.steps().isPresent() ? Map.of("steps", way.steps().getAsInt()) : null;
            return new Request(
                    task, inputs, way.mode(), maxTokens, strength, tune, null, null, confidence ? true : null);
        }

        /// For answers of which each is one of some labels, and for how sure they are.
        ///
        /// @param way mode of the request; its examples are already those of `task`
        static Request choosing(Task task, List<String> inputs, Condition.Request way, List<String> labels) {
            return new Request(task, inputs, way.mode(), null, null, null, labels, null, true);
        }

        /// For answers of which each is a piece of its input, and for how sure they are.
        ///
        /// @param way mode of the request; its examples are already those of `task`
        static Request extracting(Task task, List<String> inputs, Condition.Request way) {
            return new Request(task, inputs, way.mode(), null, null, null, null, "span", true);
        }
    }
}
