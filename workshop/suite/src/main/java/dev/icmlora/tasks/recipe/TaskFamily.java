package dev.icmlora.tasks.recipe;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Tasks that belong together: they ask different things about the same kind of input.
///
/// @param name lower-case, the first part of the ids of its tasks
/// @param tasks the recipes of its tasks, in a fixed order
/// @param descriptions what people might write to ask for a task, in different styles, by the task's name
public record TaskFamily(String name, List<TaskRecipe> tasks, Map<String, List<String>> descriptions) {

    static final int LEAST_DESCRIPTIONS = 8;

    /// @throws IllegalStateException when a task has too few descriptions, one occurs twice, or some belong to no task
    public TaskFamily {
        tasks = List.copyOf(tasks);
        Set<String> undescribed = new HashSet<>(descriptions.keySet());
        Set<String> seen = new HashSet<>();
        for (TaskRecipe task : tasks) {
            undescribed.remove(task.name());
            List<String> own = descriptions.getOrDefault(task.name(), List.of());
            check(
                    own.size() >= LEAST_DESCRIPTIONS,
                    "%s: task %s has %d descriptions, at least %d wanted",
                    file(name),
                    task.name(),
                    own.size(),
                    LEAST_DESCRIPTIONS);
            for (String description : own) {
                check(seen.add(description), "%s: task %s repeats \"%s\"", file(name), task.name(), description);
            }
        }
        check(undescribed.isEmpty(), "%s describes %s, which the family does not have", file(name), undescribed);
    }

    /// A family whose descriptions are in the file `descriptions/NAME.txt` beside this class.
    public TaskFamily(String name, TaskRecipe... tasks) {
        this(name, List.of(tasks), Lexicon.lists(file(name)));
    }

    private static String file(String name) {
        return "descriptions/" + name + ".txt";
    }

    private static void check(boolean holds, String message, Object... values) {
        if (!holds) {
            throw new IllegalStateException(message.formatted(values));
        }
    }
}
