package dev.icmlora.tasks.recipe;

import java.util.List;

/// Tasks that belong together: they ask different things about the same kind of input.
public interface TaskFamily {

    /// Lower-case name, the first part of the ids of its tasks.
    String name();

    /// The recipes of its tasks, in a fixed order.
    List<TaskRecipe> tasks();
}
