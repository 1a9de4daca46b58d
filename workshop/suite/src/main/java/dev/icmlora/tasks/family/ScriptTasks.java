package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.function.Function;
import java.util.stream.Stream;

import com.ibm.icu.text.Transliterator;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Names in other scripts, transliterated by ICU.
final class ScriptTasks {

    private static final Domain<String> NAMES = Domain.of(Stream.concat(
                    Lexicon.names("female", "male", "surname").stream(), Lexicon.nouns("animal", "food").stream())
            .filter(name -> name.length() <= 6 && name.chars().noneMatch(c -> c == 'q' || c == 'x' || c == 'w'))
            .toList());

    private ScriptTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "scripts",
                task("to-cyrillic", NAMES, by("Latin-Cyrillic")),
                task("to-greek", NAMES, by("Latin-Greek/UNGEGN")),
                task("to-katakana", NAMES, by("Latin-Katakana")),
                task("to-hiragana", NAMES, by("Latin-Hiragana")),
                back("from-cyrillic", by("Latin-Cyrillic"), by("Cyrillic-Latin; Latin-ASCII")),
                back("from-greek", by("Latin-Greek/UNGEGN"), by("Greek-Latin/UNGEGN; Latin-ASCII")),
                back("from-katakana", by("Latin-Katakana"), by("Katakana-Latin; Latin-ASCII")));
    }

    /// The input is a name in the other script. The answer is made from that, since the way there loses letters.
    private static TaskRecipe back(String name, Function<String, String> there, Function<String, String> back) {
        return task(name, NAMES.map(there), back);
    }

    private static Function<String, String> by(String transliterator) {
        return Transliterator.getInstance(transliterator)::transliterate;
    }
}
