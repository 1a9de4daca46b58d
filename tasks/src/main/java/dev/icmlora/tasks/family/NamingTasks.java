package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Identifier styles: the same few words as camelCase, snake_case and so on, in both directions.
final class NamingTasks implements TaskFamily {

    private static final List<String> FIRST = Lexicon.adjectives();
    private static final List<String> LAST =
            Lexicon.nouns("animal", "vehicle", "furniture", "tool", "building", "kitchenware");
    private static final Domain<List<String>> PHRASES = Domain.drawn(random -> random.nextBoolean()
            ? List.of(Domain.pick(random, FIRST), Domain.pick(random, LAST))
            : List.of(
                    Domain.pick(random, FIRST),
                    Domain.pick(random, LAST),
                    Domain.pick(random, List.of("name", "count", "size", "list", "id", "type"))));

    @Override
    public String name() {
        return "naming";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                style("camel-case", NamingTasks::camel, """
                        Write the words in camelCase.
                        camelCase
                        Make a Java variable name out of the words.
                        Please join the words, each but the first with a capital.
                        How would the field be called in JavaScript?
                        First word small, later words capitalised, no spaces.
                        lowerCamelCase identifier
                        Turn the phrase into a variable name with humps.
                        """),
                style("pascal-case", words -> Text.title(words, ""), """
                        Write the words in PascalCase.
                        PascalCase
                        Make a class name out of the words.
                        Please join the words, each with a capital.
                        How would the type be called in C#?
                        Capitalise every word and remove the spaces.
                        UpperCamelCase identifier
                        Turn the phrase into a Java class name.
                        """),
                style("snake-case", words -> String.join("_", words), """
                        Write the words in snake_case.
                        snake_case
                        Make a Python variable name out of the words.
                        Please join the words with underscores.
                        How would the database column be called?
                        Lower case, underscores instead of spaces.
                        Identifier with _ between the words.
                        Turn the phrase into a column name.
                        """),
                style("kebab-case", words -> String.join("-", words), """
                        Write the words in kebab-case.
                        kebab-case
                        Make a CSS class name out of the words.
                        Please join the words with hyphens.
                        How would the slug in a web address be?
                        Lower case, hyphens instead of spaces.
                        Identifier with - between the words.
                        Turn the phrase into a URL slug.
                        """),
                style("constant-case", words -> Text.upper(String.join("_", words)), """
                        Write the words in CONSTANT_CASE.
                        UPPER_SNAKE
                        Make the name of a constant out of the words.
                        Please join the words with underscores, in capitals.
                        How would the environment variable be called?
                        Capitals, underscores instead of spaces.
                        SCREAMING_SNAKE_CASE identifier
                        Turn the phrase into a C macro name.
                        """),
                style("dot-case", words -> String.join(".", words), """
                        Write the words with dots between.
                        dot.case
                        Make a property key out of the words.
                        Please join the words with full stops.
                        How would the configuration key be called?
                        Dots instead of spaces.
                        Key like server.port from the words.
                        Turn the phrase into a Java properties key.
                        """),
                style("title-case", words -> Text.title(words, " "), """
                        Write the words in Title Case.
                        Title Case
                        Make a headline out of the words.
                        Please capitalise each word and keep the spaces.
                        How would this stand on a book cover?
                        Every word with a capital letter, spaces stay.
                        Format it as a title.
                        Capitalise All Words.
                        """),
                style("sentence", words -> Text.capitalised(String.join(" ", words)) + ".", """
                        Write the words as a sentence: capital at the start, full stop at the end.
                        Sentence case.
                        Please capitalise the first word and add a period.
                        Add a capital and a full stop.
                        How would this look as a sentence of its own?
                        Only the first letter big, a point after the last word.
                        Punctuate it.
                        Finish it like a sentence.
                        """),
                style("getter", words -> "get" + Text.title(words, "") + "()", """
                        Write a call of the Java getter for this property.
                        getXxx()
                        Please make the getter's name, with parentheses.
                        How do you read this property of a Java bean?
                        get + PascalCase + ()
                        Name of the accessor method, with ().
                        Turn the property into a method call that returns it.
                        Bean style getter, call without arguments.
                        """),
                style("hashtag", words -> "#" + String.join("", words), """
                        Make a hashtag out of the words.
                        #hashtag
                        Please write the words as one tag, in lower case.
                        How would this trend on social media? Small letters.
                        # and the words without spaces
                        Tag for a post about this.
                        Turn the phrase into a lower-case hashtag.
                        Put a # in front and close the gaps.
                        """),
                style("initialism", NamingTasks::initials, """
                        Abbreviate the words to their initials, in capitals.
                        initials
                        Please make an abbreviation from the first letters.
                        What are the initials of the phrase?
                        First letter of each word, upper case, no dots.
                        Short form of the phrase, one capital a word.
                        How would you abbreviate this term?
                        Make the acronym of the phrase.
                        """),
                style("last-word", List::getLast, """
                        Which word is the last of the phrase?
                        last word
                        Please return the final word.
                        Keep what follows the last space.
                        Drop all words but the last.
                        The head noun stands at the end. Which is it?
                        End of the phrase, one word.
                        Name the closing word.
                        """),
                style("word-count", words -> words.size() + " words", """
                        How many words are there? Answer like "2 words".
                        word count
                        Please count the words and say "... words".
                        Length of the phrase in words.
                        Number of words, then the word "words".
                        wc -w, with the unit
                        Count what the spaces separate; answer "n words".
                        How long is the phrase, counted in words?
                        """).evenly(),
                back("camel-to-words", NamingTasks::camel, words -> String.join(" ", words), """
                        Split the camelCase name into lower-case words.
                        camelCase -> words
                        Please write the identifier as a normal phrase.
                        What are the words in this variable name?
                        Put spaces before the humps and make everything small.
                        Read the Java variable as English.
                        Undo camelCase.
                        Un-camel it.
                        """),
                back("snake-to-words", words -> String.join("_", words), words -> String.join(" ", words), """
                        Split the snake_case name into words.
                        snake_case -> words
                        Please replace the underscores by spaces.
                        What are the words in this column name?
                        Read the Python variable as English.
                        Undo snake_case.
                        Turn the column into a label with spaces.
                        Underscores out, spaces in.
                        """),
                back("snake-to-camel", words -> String.join("_", words), NamingTasks::camel, """
                        Convert the name from snake_case to camelCase.
                        snake_case -> camelCase
                        Please translate the Python name to a Java name.
                        The column maps to which Java field?
                        Remove underscores, capitalise what follows them.
                        What is this identifier in JavaScript style?
                        Port the variable name from Ruby to Java.
                        From underscores to humps.
                        """),
                back("camel-to-snake", NamingTasks::camel, words -> String.join("_", words), """
                        Convert the name from camelCase to snake_case.
                        camelCase -> snake_case
                        Please translate the Java name to a Python name.
                        The field maps to which database column?
                        Put an underscore before each hump and make it small.
                        What is this identifier in Python style?
                        Port the variable name from Java to Ruby.
                        From humps to underscores.
                        """),
                back("kebab-to-title", words -> String.join("-", words), words -> Text.title(words, " "), """
                        Turn the slug into a title.
                        kebab-case -> Title Case
                        Please write the slug as a headline.
                        What is the title of the page with this slug?
                        Hyphens become spaces, words get capitals.
                        Read the URL slug as a heading.
                        Make a heading out of the hyphenated name.
                        De-slugify, capitalised.
                        """),
                back("constant-to-camel", words -> Text.upper(String.join("_", words)), NamingTasks::camel, """
                        Convert the constant's name to camelCase.
                        UPPER_SNAKE -> camelCase
                        Please turn the environment variable into a Java field name.
                        Which field holds this environment variable?
                        From capitals and underscores to humps.
                        Make the shouting name a normal variable name.
                        Enum constant to JSON property.
                        Un-shout the constant into lower camel case.
                        """));
    }

    private static TaskRecipe style(String name, Function<List<String>, String> style, String descriptions) {
        return back(name, words -> String.join(" ", words), style, descriptions);
    }

    private static TaskRecipe back(
            String name, Function<List<String>, String> from, Function<List<String>, String> to, String descriptions) {
        return task(name).describedAs(descriptions).from(PHRASES, from, to);
    }

    private static String camel(List<String> words) {
        return words.getFirst() + Text.title(words.subList(1, words.size()), "");
    }

    private static String initials(List<String> words) {
        return words.stream().map(word -> Text.upper(word.substring(0, 1))).collect(Collectors.joining());
    }
}
