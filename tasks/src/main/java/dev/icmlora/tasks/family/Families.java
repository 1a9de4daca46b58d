package dev.icmlora.tasks.family;

import java.util.List;
import java.util.Set;

import dev.icmlora.tasks.recipe.TaskFamily;

/// The families of the suite.
public final class Families {

    private static final List<TaskFamily> ALL = List.of(
            new LetterTasks(),
            new ListTasks(),
            new NumberTasks(),
            new CountryTasks(),
            new NameTranslationTasks(),
            new NumberWordTasks(),
            new DateTasks(),
            new ClockTasks(),
            new UnitTasks(),
            new NamingTasks(),
            new AddressTasks(),
            new SentenceTasks(),
            new InflectionTasks(),
            new ExtractionTasks(),
            new PeopleTasks(),
            new CipherTasks(),
            new ScriptTasks(),
            new ClassificationTasks(),
            new MeaningTasks(),
            new MarkupTasks());

    private Families() {}

    public static List<TaskFamily> all() {
        return ALL;
    }

    /// Families of which no task is trained on: they show what the generator makes of a kind of task that it has never
    /// seen.
    public static Set<String> heldOut() {
        return Set.of("clock", "people");
    }
}
