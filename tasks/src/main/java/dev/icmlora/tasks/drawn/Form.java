package dev.icmlora.tasks.drawn;

import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.recipe.Domain;

/// How an answer may be written, and said to be.
///
/// @param request asks for it
/// @param mostCharacters of an answer that is still written so
/// @param write the answer of an example in this form
record Form(String request, int mostCharacters, Writing write) {
    private static final int ANY = Integer.MAX_VALUE;

    private static final List<Form> ALL = List.of(
            new Form("Use capital letters only.", ANY, (_, answer) -> answer.toUpperCase(Locale.ROOT)),
            new Form("Use small letters only.", ANY, (_, answer) -> answer.toLowerCase(Locale.ROOT)),
            new Form("Begin the answer with a capital letter.", ANY, (_, answer) -> capitalised(answer)),
            new Form("Put the answer in round brackets.", ANY, (_, answer) -> "(" + answer + ")"),
            new Form("Put the answer in square brackets.", ANY, (_, answer) -> "[" + answer + "]"),
            new Form("Put the answer in curly brackets.", ANY, (_, answer) -> "{" + answer + "}"),
            new Form("Put the answer in angle brackets.", ANY, (_, answer) -> "<" + answer + ">"),
            new Form("Put the answer in quotation marks.", ANY, (_, answer) -> "\"" + answer + "\""),
            new Form("Put the answer between asterisks.", ANY, (_, answer) -> "*" + answer + "*"),
            new Form("Begin the line with an arrow.", ANY, (_, answer) -> "-> " + answer),
            new Form("Begin the line with \"Answer:\".", ANY, (_, answer) -> "Answer: " + answer),
            new Form("Begin the line with a number sign.", ANY, (_, answer) -> "#" + answer),
            new Form("Begin the line with a dash.", ANY, (_, answer) -> "- " + answer),
            new Form("End with an exclamation mark.", ANY, (_, answer) -> answer + "!"),
            new Form("End with a semicolon.", ANY, (_, answer) -> answer + ";"),
            new Form("End with the word \"ok\".", ANY, (_, answer) -> answer + " ok"),
            new Form("Write the answer twice.", 16, (_, answer) -> answer + " " + answer),
            new Form("Write the answer twice, with a hyphen between.", 16, (_, answer) -> answer + "-" + answer),
            new Form(
                    "Write the answer backwards.",
                    10,
                    (_, answer) -> new StringBuilder(answer).reverse().toString()),
            new Form("Put a hyphen between the characters.", 8, (_, answer) -> spaced(answer, "-")),
            new Form("Put a blank between the characters.", 8, (_, answer) -> spaced(answer, " ")),
            new Form("Repeat the question before a colon.", ANY, (input, answer) -> input + ": " + answer),
            new Form("Repeat the question before an equals sign.", ANY, (input, answer) -> input + " = " + answer),
            new Form(
                    "Repeat the question in brackets afterwards.", ANY, (input, answer) -> answer + " (" + input + ")"),
            new Form(
                    "Add the number of characters of the answer in brackets.",
                    16,
                    (_, answer) -> answer + " (" + answer.length() + ")"),
            new Form("As XML, in an element a.", ANY, (_, answer) -> "<a>" + answer + "</a>"),
            new Form("As JSON with the key a.", ANY, (_, answer) -> "{\"a\": \"" + answer + "\"}"));

    /// How a question may be written.
    private static final List<Writing> QUESTIONS = List.of(
            (input, _) -> "\"" + input + "\"",
            (input, _) -> input + "?",
            (input, _) -> "input: " + input,
            (input, _) -> "- " + input,
            (input, _) -> "(" + input + ")",
            (input, _) -> input.toUpperCase(Locale.ROOT),
            (input, _) -> capitalised(input),
            (input, _) -> input + " ->",
            (input, _) -> "Q: " + input,
            (input, _) -> "<" + input + ">");

    /// Writes an answer, knowing the question; or a question, knowing nothing.
    @FunctionalInterface
    interface Writing {
        String of(String input, String answer);
    }

    /// One in which the answers of this draft can be written so that they are others.
    static Form drawn(Draft draft, RandomGenerator random) {
        int longest = draft.examples().stream()
                .mapToInt(example -> example.output().length())
                .max()
                .orElse(0);
        List<Form> possible = ALL.stream()
                .filter(form -> longest <= form.mostCharacters && form.changesMost(draft))
                .toList();
        return Domain.pick(random, possible);
    }

    private boolean changesMost(Draft draft) {
        long changed = draft.examples().stream()
                .filter(example -> !write.of(example.input(), example.output()).equals(example.output()))
                .count();
        return 2 * changed > draft.examples().size();
    }

    /// The draft with its answers in this form.
    Draft of(Draft draft) {
        return draft.withExamples(example -> new Example(example.input(), write.of(example.input(), example.output())));
    }

    /// The draft with its questions in another form.
    static Draft ofQuestions(Draft draft, RandomGenerator random) {
        Writing writing = Domain.pick(random, QUESTIONS);
        return draft.withExamples(example -> new Example(writing.of(example.input(), ""), example.output()));
    }

    private static String capitalised(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    private static String spaced(String text, String separator) {
        return text.codePoints().mapToObj(Character::toString).collect(Collectors.joining(separator));
    }
}
