package dev.icmlora.spark;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.task.PreparedTask;
import dev.icmlora.engine.task.TaskAnswer;

/// Answers the texts of a partition by the engine of this JVM.
final class EmbeddedAnswers extends TextAnswers {

    private final EmbeddedFunction function;
    private final EmbeddedEngine engine;
    private final PreparedTask task;
    private final Accumulators accumulators;

    EmbeddedAnswers(EmbeddedFunction function, EmbeddedEngine engine, Accumulators accumulators) {
        super(function);
        this.function = function;
        this.engine = engine;
        this.task = engine.task(function);
        this.accumulators = accumulators;
    }

    @Override
    Map<String, Answer> answers(List<String> texts) {
        Map<String, Answer> answers = new HashMap<>();
        answer(texts, answers);
        return answers;
    }

    private void answer(List<String> texts, Map<String, Answer> into) {
        if (texts.isEmpty()) {
            return;
        }
        TaskContext context = TaskContext.get();
        if (context != null && context.isInterrupted()) {
            throw new TaskKilledException("killed between two batches");
        }
        EngineSession session = engine.session();
        try {
            List<TaskAnswer> said = task.answer(texts, session);
            for (int i = 0; i < texts.size(); i++) {
                into.put(texts.get(i), kept(said.get(i)));
            }
        } catch (UnusableInputException e) {
            if (function.options().failFast()) {
                throw e;
            }
            Map<String, String> errors = new LinkedHashMap<>();
            e.parts().forEach(part -> errors.put("/" + part.name(), part.message()));
            List<String> others = refuse(errors, texts, into);
            if (others.size() == texts.size()) {
                throw e;
            }
            answer(others, into);
        } finally {
            accumulators
                    .tokens()
                    .add(session.spent().promptTokens() + session.spent().completionTokens());
        }
    }

    private Answer kept(TaskAnswer answer) {
        double least = function.options().abstainBelow();
        if (answer.confidence() >= least) {
            return new Answer(answer.text(), answer.confidence(), null, function.version(), false);
        }
        accumulators.abstentions().add(1);
        String reason = "confidence " + answer.confidence() + " is below " + least;
        return new Answer(null, answer.confidence(), reason, function.version(), false);
    }
}
