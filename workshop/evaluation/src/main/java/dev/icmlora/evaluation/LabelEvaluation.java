package dev.icmlora.evaluation;

import java.io.IOException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import dev.icmlora.evaluation.FunctionClient.Reply;
import dev.icmlora.evaluation.FunctionClient.Request;
import dev.icmlora.evaluation.LabelResult.Way;
import dev.icmlora.evaluation.Reliability.Judged;
import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.generator.task.Task;
import dev.icmlora.tasks.suite.SuiteTask;

/// Asks the held-out tasks that have labels, all of them: there are few, so each gets more inputs than in an
/// [Evaluation].
///
/// @param function borrowed
/// @param seed of what is drawn
record LabelEvaluation(FunctionClient function, long seed) {
    private static final int INPUTS = 20;

    /// @param subjects of which those are asked that are held out and have labels
    List<LabelResult> measure(List<Evaluation.Subject> subjects) throws IOException {
        List<SuiteTask> tasks = subjects.stream()
                .filter(subject -> subject.group() == Group.HELD_OUT)
                .map(Evaluation.Subject::task)
                .filter(task -> task.labels().isPresent())
                .toList();
        return function.ask("labels", tasks, SuiteTask::id, this::requests, Instant.MAX, this::result);
    }

    private Question question(SuiteTask task) {
        return Question.of(task, Condition.FEW_EXAMPLES, INPUTS, seed);
    }

    private Map<Way, Request> requests(SuiteTask task) {
        Question question = question(task);
        Task stated = question.task(Condition.EXAMPLES);
        List<String> labels = task.labels().orElseThrow();
        Map<Way, Request> requests = new EnumMap<>(Way.class);
        for (Way way : Way.values()) {
            Request request = way.isNaming()
                    ? Request.choosing(stated, question.inputs(), way.request(), labels)
                    : Request.of(stated, question.inputs(), way.request(), question.maxBytes(), true);
            requests.put(way, request);
        }
        return requests;
    }

    private LabelResult result(SuiteTask task, Map<Way, Reply> replies) {
        Question question = question(task);
        Map<Way, List<Judged>> answers = new EnumMap<>(Way.class);
        replies.forEach((way, reply) -> answers.put(way, Evaluation.judged(question, reply)));
        return new LabelResult(task.id(), task.labels().orElseThrow().size(), answers);
    }
}
