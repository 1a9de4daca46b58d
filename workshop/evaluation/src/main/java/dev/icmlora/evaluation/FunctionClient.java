package dev.icmlora.evaluation;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

import dev.icmlora.generator.task.Task;

/// Asks a running function, and reads what an evaluation needs of its replies.
public final class FunctionClient {
    private final Gson json = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .create();
    private final Calls function;

    public FunctionClient(Calls function) {
        this.function = function;
    }

    /// However the function is reached.
    public interface Calls {

        /// @param request body of `/generate`
        /// @return body of the reply
        /// @throws IOException that says what the function said, when it refuses
        /// @throws RuntimeException when it cannot be asked
        String generate(String request) throws IOException, InterruptedException;
    }

    /// A reply of the function, as far as an evaluation needs it.
    ///
    /// @param details one for each output; null unless a confidence was asked for
    record Reply(
            List<String> outputs,
            List<Detail> details,
            Selection selection,
            Usage usage,
            Map<String, Double> timingMs) {
        /// @param calibrated whether the confidence was fitted to how often such answers are right
        /// @param secondOpinion of the answer; null where none was asked
        record Detail(Double confidence, Boolean calibrated, String secondOpinion) {}

        record Usage(int promptTokens, int completionTokens) {}

        /// @param served mode that answered
        /// @param strength of the residual in the serving adapter; null where the mode was named
        /// @param confidence chance of a right answer; null where the mode was named
        record Selection(String served, Double strength, Double confidence) {}
    }

    /// A part that is null is left to the function.
    private record Request(
            Task task,
            List<String> inputs,
            String mode,
            Integer maxTokens,
            Double strength,
            Map<String, Integer> tune,
            List<String> labels,
            String answer,
            Boolean confidence) {}

    /// Answers `inputs` in one request, taking the likeliest token each time.
    ///
    /// @param way mode, strength and steps of the request; its examples are already those of `task`
    /// @param confidence whether to ask how sure each answer is, which changes none
    /// @throws IOException that says what the function said, when it refuses
    Reply ask(Task task, List<String> inputs, Condition.Request way, int maxTokens, boolean confidence)
            throws IOException, InterruptedException {
        Double strength = way.strength().isPresent() ? way.strength().getAsDouble() : null;
        Map<String, Integer> tune =
                way.steps().isPresent() ? Map.of("steps", way.steps().getAsInt()) : null;
        return reply(
                new Request(task, inputs, way.mode(), maxTokens, strength, tune, null, null, confidence ? true : null));
    }

    /// Answers each of `inputs` with one of some labels, and asks how sure the answers are.
    ///
    /// @param way mode of the request; its examples are already those of `task`
    /// @throws IOException that says what the function said, when it refuses
    Reply choose(Task task, List<String> inputs, Condition.Request way, List<String> labels)
            throws IOException, InterruptedException {
        return reply(new Request(task, inputs, way.mode(), null, null, null, labels, null, true));
    }

    /// Answers each of `inputs` with a piece of it, and asks how sure the answers are.
    ///
    /// @param way mode of the request; its examples are already those of `task`
    /// @throws IOException that says what the function said, when it refuses
    Reply extract(Task task, List<String> inputs, Condition.Request way) throws IOException, InterruptedException {
        return reply(new Request(task, inputs, way.mode(), null, null, null, null, "span", true));
    }

    private Reply reply(Request request) throws IOException, InterruptedException {
        return json.fromJson(function.generate(json.toJson(request)), Reply.class);
    }
}
