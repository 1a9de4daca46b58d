package dev.icmlora.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;

class EvaluationTest {

    private static final TaskSuite SUITE = TaskSuite.get();

    @Test
    void aTrainedTaskIsNeverCountedAsHeldOut() {
        SuiteTask heldOut = SUITE.tasks(Split.HELD_OUT).getFirst();
        SuiteTask trained = SUITE.tasks(Split.TRAIN).getFirst();

        Map<String, Group> groups =
                Evaluation.subjects(SUITE, Set.of(heldOut.id(), trained.id()), 2, Integer.MAX_VALUE, 1).stream()
                        .collect(Collectors.toMap(s -> s.task().id(), Evaluation.Subject::group));

        assertThat(groups)
                .containsEntry(heldOut.id(), Group.SEEN)
                .containsEntry(trained.id(), Group.SEEN)
                .hasSize(SUITE.tasks(Split.HELD_OUT).size() + 1);
        assertThat(Evaluation.subjects(SUITE, Set.of(trained.id()), 1, 3, 1)).hasSize(1 + 3);
    }

    @Test
    void noHeldOutTaskIsAskedForAPairThatATrainingTaskHas() {
        List<SuiteTask> trained = SUITE.tasks(Split.TRAIN);
        Set<Example> known = trained.stream().flatMap(t -> t.pairs().stream()).collect(Collectors.toSet());
        Set<String> catalogue = trained.stream().map(SuiteTask::id).collect(Collectors.toSet());

        List<SuiteTask> heldOut =
                Evaluation.subjects(SUITE, catalogue, Integer.MAX_VALUE, Integer.MAX_VALUE, 1).stream()
                        .filter(subject -> subject.group() == Group.HELD_OUT)
                        .map(Evaluation.Subject::task)
                        .toList();

        assertThat(SUITE.tasks(Split.HELD_OUT))
                .anyMatch(task -> task.test().stream().map(SuiteTask::pair).anyMatch(known::contains));
        assertThat(heldOut)
                .isNotEmpty()
                .allSatisfy(task ->
                        assertThat(task.test()).isNotEmpty().noneMatch(test -> known.contains(SuiteTask.pair(test))));
    }

    @Test
    void whatNeedsMoreExamplesChangesNothingForTheOthers() {
        SuiteTask task = SUITE.tasks(Split.HELD_OUT).getFirst();
        SplittableRandom random = Question.random(task, 1);
        String description =
                task.descriptions().get(random.nextInt(task.descriptions().size()));
        List<Example> few = Evaluation.draw(task.train(), 8, random);
        List<Example> tests = Evaluation.draw(task.test(), 5, random);

        Question question = Question.of(task, 8, 5, 1);

        assertThat(question.description()).isEqualTo(description);
        assertThat(question.tests()).isEqualTo(tests);
        assertThat(question.task(8).examples()).isEqualTo(few);
        assertThat(question.task(16).examples()).hasSize(16).startsWith(few.toArray(Example[]::new));
        assertThat(question.task(64).examples())
                .hasSize(64)
                .startsWith(question.task(16).examples().toArray(Example[]::new))
                .doesNotHaveDuplicates();
    }

    @Test
    void everyTaskHasManyMoreExamplesThanSixteen() {
        assertThat(SUITE.tasks(Split.HELD_OUT))
                .allSatisfy(task ->
                        assertThat(Question.of(task, 8, 8, 1).examples()).hasSizeBetween(40, 64));
    }
}
