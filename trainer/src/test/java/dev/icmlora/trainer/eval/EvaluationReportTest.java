package dev.icmlora.trainer.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import dev.icmlora.trainer.eval.TaskResult.Group;
import dev.icmlora.trainer.suite.Split;
import dev.icmlora.trainer.suite.SuiteTask;
import dev.icmlora.trainer.suite.TaskSuite;

class EvaluationReportTest {

    @Test
    void showsEachFamilyTheTotalAndTheDifferences() {
        EvaluationReport report = new EvaluationReport(
                "g",
                5,
                List.of(
                        result("letters/a", "letters", Group.SEEN, 0, 0.25, 0.5, 0.75),
                        result("lists/a", "lists", Group.SEEN, 0.5, 0.25, 1, 1)));

        assertThat(report.markdown())
                .contains("## Seen: seen tasks")
                .contains("| family | tasks | plain | examples | adapter | adapter_examples |")
                .contains("| letters | 1 | 0.0 | 25.0 | 50.0 | 75.0 |")
                .contains("| **all** | 2 | **25.0** | **25.0** | **75.0** | **87.5** |")
                .contains("- `adapter` − `plain`: +50.0 points [+50.0, +50.0]")
                .contains("- `adapter` − `examples`: +50.0 points [+25.0, +75.0]")
                .doesNotContain("Held out");
    }

    @Test
    void theIntervalHoldsTheMeanAndNarrowsWithMoreTasks() {
        double[] few = {0, 10, -5, 20, 15};
        double[] many = new double[200];
        Arrays.setAll(many, i -> few[i % few.length]);

        PairedBootstrap wide = PairedBootstrap.of(few);
        PairedBootstrap narrow = PairedBootstrap.of(many);

        assertThat(wide.mean()).isCloseTo(8, within(1e-9)).isBetween(wide.low(), wide.high());
        assertThat(narrow.high() - narrow.low()).isLessThan((wide.high() - wide.low()) / 3);
        assertThatThrownBy(() -> PairedBootstrap.of(new double[0])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTrainedTaskIsNeverCountedAsHeldOut() {
        TaskSuite suite = TaskSuite.create(1);
        SuiteTask heldOut = suite.tasks(Split.HELD_OUT).getFirst();
        SuiteTask trained = suite.tasks(Split.TRAIN).getFirst();

        Map<String, Group> groups =
                Evaluation.subjects(suite, Set.of(heldOut.id(), trained.id()), Integer.MAX_VALUE, 1).stream()
                        .collect(Collectors.toMap(s -> s.task().id(), Evaluation.Subject::group));

        assertThat(groups)
                .containsEntry(heldOut.id(), Group.SEEN)
                .containsEntry(trained.id(), Group.SEEN)
                .hasSize(suite.tasks(Split.HELD_OUT).size() + 1);
        assertThat(Evaluation.subjects(suite, Set.of(trained.id()), 3, 1)).hasSize(1 + 3);
    }

    private static TaskResult result(String task, String family, Group group, double... exact) {
        Map<Condition, Double> byCondition = new EnumMap<>(Condition.class);
        for (Condition condition : Condition.values()) {
            byCondition.put(condition, exact[condition.ordinal()]);
        }
        return new TaskResult(task, family, group, 4, byCondition, byCondition);
    }
}
