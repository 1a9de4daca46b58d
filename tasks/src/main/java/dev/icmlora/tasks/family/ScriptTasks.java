package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.stream.Stream;

import com.ibm.icu.text.Transliterator;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Names in other scripts, transliterated by ICU.
final class ScriptTasks implements TaskFamily {

    private static final Domain<String> NAMES = Domain.of(Stream.concat(
                    Lexicon.names("female", "male", "surname").stream(), Lexicon.nouns("animal", "food").stream())
            .filter(name -> name.length() <= 6 && name.chars().noneMatch(c -> c == 'q' || c == 'x' || c == 'w'))
            .toList());

    @Override
    public String name() {
        return "scripts";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                into("to-cyrillic", "Latin-Cyrillic", "Cyrillic"),
                into("to-greek", "Latin-Greek/UNGEGN", "Greek"),
                into("to-katakana", "Latin-Katakana", "Katakana"),
                into("to-hiragana", "Latin-Hiragana", "Hiragana"),
                back("from-cyrillic", "Latin-Cyrillic", "Cyrillic-Latin; Latin-ASCII", "Cyrillic"),
                back("from-greek", "Latin-Greek/UNGEGN", "Greek-Latin/UNGEGN; Latin-ASCII", "Greek"),
                back("from-katakana", "Latin-Katakana", "Katakana-Latin; Latin-ASCII", "Katakana"));
    }

    private static TaskRecipe into(String name, String id, String script) {
        Transliterator there = Transliterator.getInstance(id);
        return task(name).describedAs("""
                        Write the name in {} letters.
                        Latin -> {}
                        Please transliterate it into {}.
                        How is this written in the {} script?
                        Keep the sound, change the letters to {}.
                        Spell it for readers of {}.
                        {} script, nothing else.
                        Put the word on a sign in {}.
                        """.replace("{}", script)).from(NAMES, there::transliterate);
    }

    private static TaskRecipe back(String name, String there, String andBack, String script) {
        Transliterator forth = Transliterator.getInstance(there);
        Transliterator back = Transliterator.getInstance(andBack);
        return task(name)
                .describedAs("""
                        Write the {} word in Latin letters.
                        {} -> Latin
                        Please romanise this {} text.
                        How is this {} word read, in plain English letters?
                        Transliterate from {}.
                        I can't read {}. Write it in our alphabet.
                        Latin spelling of the {} letters, nothing else.
                        Replace the {} script by ASCII letters.
                        """.replace("{}", script))
                .from(NAMES.map(forth::transliterate), back::transliterate);
    }
}
