package dev.icmlora.evaluation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import me.tongfei.progressbar.ProgressBar;

import dev.icmlora.evaluation.LabelResult.Way;
import dev.icmlora.evaluation.Reliability.Judged;
import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.tasks.suite.SuiteTask;

/// Asks the held-out tasks that have labels, all of them: there are few, so each gets more inputs than in an
/// [Evaluation].
///
/// @param function borrowed
/// @param seed of what is drawn
record LabelEvaluation(FunctionClient function, long seed) {
    private static final int INPUTS = 20;

    /// @param subjects of which those are asked that are held out and have labels
    List<LabelResult> measure(List<Evaluation.Subject> subjects) throws IOException, InterruptedException {
        List<SuiteTask> tasks = subjects.stream()
                .filter(subject -> subject.group() == Group.HELD_OUT)
                .map(Evaluation.Subject::task)
                .filter(task -> task.labels().isPresent())
                .toList();
        List<LabelResult> results = new ArrayList<>();
        for (SuiteTask task : ProgressBar.wrap(tasks, "labels")) {
            results.add(measure(task, task.labels().orElseThrow()));
        }
        return results;
    }

    private LabelResult measure(SuiteTask task, List<String> labels) throws IOException, InterruptedException {
        Question question = Question.of(task, Condition.FEW_EXAMPLES, INPUTS, seed);
        Map<Way, List<Judged>> answers = new EnumMap<>(Way.class);
        for (Way way : Way.values()) {
            FunctionClient.Reply reply = way.isNaming()
                    ? function.choose(question.task(Condition.EXAMPLES), question.inputs(), way.request(), labels)
                    : function.ask(
                            question.task(Condition.EXAMPLES),
                            question.inputs(),
                            way.request(),
                            question.maxBytes(),
                            true);
            answers.put(way, Evaluation.judged(question, reply));
        }
        return new LabelResult(task.id(), labels.size(), answers);
    }
}
