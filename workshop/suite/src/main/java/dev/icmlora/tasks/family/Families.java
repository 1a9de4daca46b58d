package dev.icmlora.tasks.family;

import java.util.List;
import java.util.Set;

import dev.icmlora.tasks.recipe.TaskFamily;

/// The families of the suite.
public final class Families {

    private static final List<TaskFamily> ALL = List.of(
            LetterTasks.family(),
            ListTasks.family(),
            NumberTasks.family(),
            CountryTasks.family(),
            NameTranslationTasks.family(),
            NumberWordTasks.family(),
            DateTasks.family(),
            ClockTasks.family(),
            UnitTasks.family(),
            NamingTasks.family(),
            AddressTasks.family(),
            SentenceTasks.family(),
            InflectionTasks.family(),
            ExtractionTasks.family(),
            PeopleTasks.family(),
            CipherTasks.family(),
            ScriptTasks.family(),
            ClassificationTasks.family(),
            MeaningTasks.family(),
            MarkupTasks.family());

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
