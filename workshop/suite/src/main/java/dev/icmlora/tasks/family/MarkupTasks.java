package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.family.Slots.filled;
import static dev.icmlora.tasks.recipe.Domain.pick;
import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;

/// JSON, CSV, HTML, Markdown, SQL and program text around a few words.
final class MarkupTasks {

    private static final List<String> KEYS = List.of(
            "name", "colour", "animal", "city", "type", "status", "title", "item", "owner", "shape", "taste", "role");
    private static final List<String> VALUES = Lexicon.nouns("animal", "food", "job", "tool", "plant", "vehicle");
    private static final List<String> TABLES =
            List.of("users", "orders", "books", "cars", "cities", "songs", "products", "events", "teams", "rooms");
    private static final Domain<Slots> FIELDS = Domain.drawn(
            random -> Slots.of("{key}: {value}", Map.of("key", pick(random, KEYS), "value", pick(random, VALUES))));
    private static final Domain<Slots> COLUMNS = Domain.drawn(random ->
            Slots.of("{column}, {table}", Map.of("column", pick(random, VALUES), "table", pick(random, TABLES))));
    private static final Domain<Slots> WORDS =
            Domain.of(VALUES).map(word -> Slots.of("{word}", Map.of("word", word, "Word", Text.capitalised(word))));
    private static final Domain<List<String>> ROWS = Domain.drawn(random -> pick(random, VALUES, 3));
    private static final Function<Slots, String> JSON = filled("{\"{key}\": \"{value}\"}");
    private static final Function<List<String>, String> CSV = row -> String.join(",", row);

    private MarkupTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "markup",
                task("json-object", FIELDS, JSON),
                task("assignment", FIELDS, filled("{key} = \"{value}\"")),
                task("query-string", FIELDS, filled("?{key}={value}")),
                task("xml-element", FIELDS, filled("<{key}>{value}</{key}>")),
                task("xml-attribute", FIELDS, filled("<item {key}=\"{value}\"/>")),
                task("command-option", FIELDS, filled("--{key} {value}")),
                task("environment", FIELDS, f -> "export " + Text.upper(f.get("key")) + "=" + f.get("value")),
                task("key-of", FIELDS, filled("{key}")),
                task("value-of", FIELDS, filled("{value}")),
                task("swapped", FIELDS, filled("{value}: {key}")),
                task("json-value", FIELDS, JSON, filled("{value}")),
                task("json-to-plain", FIELDS, JSON, Slots::text),
                task("csv-quoted", ROWS, CSV, each("\"%s\"", ",")),
                task("csv-to-json", ROWS, CSV, each("\"%s\"", ", ").andThen(items -> "[" + items + "]")),
                task("csv-to-tags", ROWS, CSV, each("<li>%s</li>", "")),
                task("csv-second", ROWS, CSV, row -> row.get(1)),
                task("csv-to-table", ROWS, CSV, row -> "| " + String.join(" | ", row) + " |"),
                task("bold", WORDS, filled("**{word}**")),
                task("html-bold", WORDS, filled("<b>{word}</b>")),
                task("markdown-link", WORDS, filled("[{word}](/{word})")),
                task("heading", WORDS, filled("# {Word}")),
                task("todo-item", WORDS, filled("- [ ] {word}")),
                task("python-print", WORDS, filled("print(\"{word}\")")),
                task("java-string", WORDS, filled("String {word} = \"{word}\";")),
                task("comment", WORDS, filled("// {word}")),
                task("placeholder", WORDS, filled("${{word}}")),
                task("select-column", COLUMNS, filled("SELECT {column} FROM {table};")),
                task("select-count", COLUMNS, filled("SELECT COUNT({column}) FROM {table};")),
                task("drop-column", COLUMNS, filled("ALTER TABLE {table} DROP {column};")),
                task("order-by", COLUMNS, filled("SELECT * FROM {table} ORDER BY {column};")));
    }

    /// The values of a row, each in the place of `%s`.
    private static Function<List<String>, String> each(String format, String separator) {
        return row -> row.stream().map(format::formatted).collect(Collectors.joining(separator));
    }
}
