package dev.icmlora.tasks.recipe;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

/// Descriptions fit their tasks, or the error names the file and the task.
class TaskFamilyTest {

    private static final TaskRecipe DOUBLE = task("double", Domain.range(1, 9), n -> 2 * n);
    private static final TaskRecipe HALF = task("half", Domain.range(1, 9), n -> n / 2);

    @Test
    void keepsTheDescriptionsOfEachTaskInTheirOrder() {
        TaskFamily family = family(Map.of("double", described("Double it", 8), "half", described("Halve it", 9)));
        assertThat(family.descriptions().get("half"))
                .hasSize(9)
                .startsWith("Halve it, 0")
                .endsWith("Halve it, 8");
    }

    @Test
    void refusesATaskWithoutDescriptions() {
        assertThatThrownBy(() -> family(Map.of("double", described("Double it", 8))))
                .hasMessage("descriptions/numbers.txt: task half has 0 descriptions, at least 8 wanted");
    }

    @Test
    void refusesFewerThanEight() {
        assertThatThrownBy(() -> family(Map.of("double", described("Double it", 7), "half", described("Halve it", 8))))
                .hasMessage("descriptions/numbers.txt: task double has 7 descriptions, at least 8 wanted");
    }

    @Test
    void refusesADescriptionOfTwoTasks() {
        assertThatThrownBy(() -> family(Map.of("double", described("Do it", 8), "half", described("Do it", 8))))
                .hasMessage("descriptions/numbers.txt: task half repeats \"Do it, 0\"");
    }

    @Test
    void refusesDescriptionsOfNoTask() {
        assertThatThrownBy(() -> family(Map.of(
                        "double", described("Double it", 8),
                        "half", described("Halve it", 8),
                        "third", described("A third", 8))))
                .hasMessage("descriptions/numbers.txt describes [third], which the family does not have");
    }

    private static TaskFamily family(Map<String, List<String>> descriptions) {
        return new TaskFamily("numbers", List.of(DOUBLE, HALF), descriptions);
    }

    private static List<String> described(String text, int count) {
        return IntStream.range(0, count).mapToObj(i -> text + ", " + i).toList();
    }
}
