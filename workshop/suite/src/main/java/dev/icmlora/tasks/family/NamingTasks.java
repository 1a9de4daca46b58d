package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.Domain.pick;
import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.function.Function;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;

/// Identifier styles: the same few words as camelCase, snake_case and so on, in both directions.
final class NamingTasks {

    private static final List<String> FIRST = Lexicon.adjectives();
    private static final List<String> SECOND =
            Lexicon.nouns("animal", "vehicle", "furniture", "tool", "building", "kitchenware");
    private static final List<String> THIRD = List.of("name", "count", "size", "list", "id", "type");
    private static final Domain<List<String>> PHRASES = Domain.drawn(random -> random.nextBoolean()
            ? List.of(pick(random, FIRST), pick(random, SECOND))
            : List.of(pick(random, FIRST), pick(random, SECOND), pick(random, THIRD)));
    private static final Function<List<String>, String> WORDS = joined(" ");
    private static final Function<List<String>, String> SNAKE = joined("_");
    private static final Function<List<String>, String> KEBAB = joined("-");
    private static final Function<List<String>, String> CONSTANT = SNAKE.andThen(Text::upper);
    private static final Function<List<String>, String> TITLE = words -> Text.title(words, " ");
    private static final Function<List<String>, String> PASCAL = words -> Text.title(words, "");
    private static final Function<List<String>, String> CAMEL =
            words -> words.getFirst() + Text.title(words.subList(1, words.size()), "");

    private NamingTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "naming",
                task("camel-case", PHRASES, WORDS, CAMEL),
                task("pascal-case", PHRASES, WORDS, PASCAL),
                task("snake-case", PHRASES, WORDS, SNAKE),
                task("kebab-case", PHRASES, WORDS, KEBAB),
                task("constant-case", PHRASES, WORDS, CONSTANT),
                task("dot-case", PHRASES, WORDS, joined(".")),
                task("title-case", PHRASES, WORDS, TITLE),
                task("sentence", PHRASES, WORDS, WORDS.andThen(words -> Text.capitalised(words) + ".")),
                task("getter", PHRASES, WORDS, PASCAL.andThen(name -> "get" + name + "()")),
                task("hashtag", PHRASES, WORDS, joined("").andThen(name -> "#" + name)),
                task("initialism", PHRASES, WORDS, Text::initials),
                task("last-word", PHRASES, WORDS, List::getLast),
                task("word-count", PHRASES, WORDS, words -> words.size() + " words")
                        .evenly(),
                task("camel-to-words", PHRASES, CAMEL, WORDS),
                task("snake-to-words", PHRASES, SNAKE, WORDS),
                task("snake-to-camel", PHRASES, SNAKE, CAMEL),
                task("camel-to-snake", PHRASES, CAMEL, SNAKE),
                task("kebab-to-title", PHRASES, KEBAB, TITLE),
                task("constant-to-camel", PHRASES, CONSTANT, CAMEL));
    }

    private static Function<List<String>, String> joined(String separator) {
        return words -> String.join(separator, words);
    }
}
