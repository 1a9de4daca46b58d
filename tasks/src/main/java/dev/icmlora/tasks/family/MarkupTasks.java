package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// JSON, CSV, HTML, Markdown, SQL and program text around a few words.
final class MarkupTasks implements TaskFamily {

    private record Field(String key, String value) {

        String plain() {
            return key + ": " + value;
        }

        String json() {
            return "{\"%s\": \"%s\"}".formatted(key, value);
        }
    }

    private static final List<String> KEYS = List.of(
            "name", "colour", "animal", "city", "type", "status", "title", "item", "owner", "shape", "taste", "role");
    private static final List<String> VALUES = Lexicon.nouns("animal", "food", "job", "tool", "plant", "vehicle");
    private static final List<String> TABLES =
            List.of("users", "orders", "books", "cars", "cities", "songs", "products", "events", "teams", "rooms");
    private static final Domain<Field> FIELDS =
            Domain.drawn(random -> new Field(Domain.pick(random, KEYS), Domain.pick(random, VALUES)));
    private static final Domain<Field> COLUMNS =
            Domain.drawn(random -> new Field(Domain.pick(random, VALUES), Domain.pick(random, TABLES)));
    private static final Domain<List<String>> ROWS = Domain.drawn(random -> Domain.pick(random, VALUES, 3));

    @Override
    public String name() {
        return "markup";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                field("json-object", Field::json, """
                        Write the pair as a JSON object.
                        to JSON
                        Please turn key and value into JSON.
                        How does this look as a JSON object with one member?
                        {"key": "value"}
                        Serialise the field as JSON, one space after the colon.
                        Make JSON out of it.
                        Quote both parts and put braces around.
                        """),
                field("assignment", f -> f.key() + " = \"" + f.value() + "\"", """
                        Write the pair as an assignment of a string.
                        key = "value"
                        Please assign the value to a variable in Python.
                        How would a TOML file say this?
                        Variable, equals sign, quoted value.
                        Set the variable to the text.
                        Make a line of code that stores the value.
                        Assignment statement without semicolon.
                        """),
                field("query-string", f -> "?" + f.key() + "=" + f.value(), """
                        Write the pair as a URL query.
                        ?key=value
                        Please make the query string of a web address.
                        How is this parameter sent in a link?
                        Question mark, key, equals, value.
                        GET parameter for the pair.
                        Append to a URL: what comes after the path?
                        Encode the field as a query.
                        """),
                field("xml-element", f -> "<%s>%s</%s>".formatted(f.key(), f.value(), f.key()), """
                        Write the pair as an XML element.
                        <key>value</key>
                        Please wrap the value in a tag named like the key.
                        How does this look in XML?
                        Opening tag, value, closing tag.
                        Make an element of it.
                        Tag the value.
                        Serialise the field as XML.
                        """),
                field("xml-attribute", f -> "<item %s=\"%s\"/>".formatted(f.key(), f.value()), """
                        Write an empty XML element "item" with the pair as its attribute.
                        <item key="value"/>
                        Please make a self-closing item tag with this attribute.
                        How is this stored as an attribute of item?
                        Attribute form, element name item.
                        Put key and value into the tag item.
                        Self-closing tag item plus attribute.
                        Serialise the field as an attribute.
                        """),
                field("command-option", f -> "--" + f.key() + " " + f.value(), """
                        Write the pair as a command-line option.
                        --key value
                        Please make a long option out of it.
                        How would I pass this to a program in the shell?
                        Two dashes, key, space, value.
                        Flag with argument.
                        CLI option for the pair.
                        Type the setting after a command.
                        """),
                field("environment", f -> "export " + Text.upper(f.key()) + "=" + f.value(), """
                        Write the pair as a shell export, with the key in capitals.
                        export KEY=value
                        Please set it as an environment variable in the shell.
                        How do I export this in bash?
                        export, capitals, equals sign, value.
                        Line for .bashrc that sets the variable.
                        Shell command that exports the setting.
                        Make it an exported variable.
                        """),
                field("key-of", Field::key, """
                        Which key does the pair have?
                        key only
                        Please return what stands before the colon.
                        Name of the field.
                        Left-hand side of the pair.
                        What is the property called?
                        Drop the value.
                        Extract the field name.
                        """),
                field("value-of", Field::value, """
                        Which value does the pair have?
                        just the value
                        Please return what stands after the colon.
                        Content of the field.
                        Right-hand side of the pair.
                        What is the property set to?
                        Drop the key.
                        Extract the field's value.
                        """),
                field("swapped", f -> f.value() + ": " + f.key(), """
                        Exchange key and value.
                        value: key
                        Please invert the pair, keep the colon.
                        What is the entry of the inverse dictionary?
                        Put the right-hand side first.
                        Swap both sides of the colon.
                        Reverse the mapping.
                        Turn the pair around the colon.
                        """),
                task("json-value").describedAs("""
                        Which value is in the JSON object?
                        JSON -> value
                        Please parse the JSON and return its only value.
                        Print the member's value without quotes.
                        What does this object hold?
                        Unwrap the JSON string.
                        Read the value from the object.
                        Result of a JSON look-up of the only key.
                        """).from(FIELDS, Field::json, Field::value),
                task("json-to-plain").describedAs("""
                        Write the JSON object as "key: value".
                        JSON -> key: value
                        Please remove braces and quotes.
                        How does this look in YAML?
                        Turn the JSON into a simple line.
                        Strip the JSON syntax, keep the colon.
                        De-serialise to plain text.
                        Readable form of the object.
                        """).from(FIELDS, Field::json, Field::plain),
                row("csv-quoted", row -> row.stream().map(v -> '"' + v + '"').collect(Collectors.joining(",")), """
                        Put each field of the line in double quotes.
                        quoted CSV
                        Please quote all the fields and keep the commas.
                        a,b -> "a","b"
                        How does a strict CSV writer print this line?
                        Add quotes around every value.
                        CSV with quotes.
                        Quote field by field.
                        """),
                row(
                        "csv-to-json",
                        row -> row.stream().map(v -> '"' + v + '"').collect(Collectors.joining(", ", "[", "]")),
                        """
                        Write the line as a JSON array of strings.
                        CSV -> ["a", "b", "c"]
                        Please convert the values to a JSON list.
                        How does this row look as a JSON array?
                        Brackets, quotes, a comma and a space between.
                        List literal of the fields.
                        Make a Python list of strings from the line, double quotes.
                        Array of the three values.
                        """),
                row(
                        "csv-to-tags",
                        row -> row.stream().map(v -> "<li>" + v + "</li>").collect(Collectors.joining()),
                        """
                        Write each field as an HTML list item.
                        <li>...</li> for each
                        Please make list items for a web page, on one line.
                        How does this list look in HTML, without the ul?
                        Wrap every value in li tags.
                        HTML bullets for the fields.
                        From commas to list items.
                        Items for an unordered list, no spaces.
                        """),
                row("csv-second", row -> row.get(1), """
                        Which value is in the second column?
                        column 2
                        Please cut out field number two of the line.
                        cut -d, -f2
                        What stands between the commas?
                        Second field of the record.
                        Middle column only.
                        Read column B.
                        """),
                row("csv-to-table", row -> "| " + String.join(" | ", row) + " |", """
                        Write the line as a row of a Markdown table.
                        | a | b | c |
                        Please convert the fields to a Markdown table row.
                        Pipes instead of commas, also at both ends.
                        How does this record look in a Markdown table?
                        Table row with vertical bars and spaces.
                        From CSV to Markdown.
                        Draw bars around the values.
                        """),
                phrase("bold", word -> "**" + word + "**", """
                        Make the word bold in Markdown.
                        **bold**
                        Please emphasise it strongly, in Markdown.
                        Two asterisks on either side.
                        How do I get this in bold type in a README?
                        Strong emphasis, Markdown.
                        Fat print for Markdown.
                        Bold it.
                        """),
                phrase("html-bold", word -> "<b>" + word + "</b>", """
                        Make the word bold in HTML.
                        <b>
                        Please put the b tag around the word.
                        How do I print this in bold on a web page?
                        Opening b, word, closing b.
                        HTML for fat print.
                        Wrap it in b tags.
                        Bold for the browser.
                        """),
                phrase("markdown-link", word -> "[%s](/%s)".formatted(word, word), """
                        Make a Markdown link to the page of the same name.
                        [word](/word)
                        Please link the word to its page, in Markdown.
                        Text in square brackets, target with a slash in round ones.
                        How do I link this in a README to /word?
                        Hyperlink, Markdown.
                        Clickable word for a wiki in Markdown.
                        Link the word to slash plus itself.
                        """),
                phrase("heading", word -> "# " + Text.capitalised(word), """
                        Make a Markdown heading of the word, capitalised.
                        # Heading
                        Please turn it into a top-level heading in Markdown.
                        Hash, space, word with a capital.
                        How does a README titled like this begin?
                        First-level title, Markdown.
                        Headline for a Markdown file.
                        Make it the document's title.
                        """),
                phrase("todo-item", word -> "- [ ] " + word, """
                        Make an open to-do item in Markdown.
                        - [ ] task
                        Please add it as an unchecked box to my list.
                        Dash, empty brackets, word.
                        How do I write this as a task that is not done yet?
                        Check-list entry, not ticked.
                        Task list item for GitHub.
                        Put an empty check box in front.
                        """),
                phrase("python-print", word -> "print(\"" + word + "\")", """
                        Write a Python statement that prints the word.
                        print("...")
                        Please make a line of Python that outputs this.
                        How do I print this in Python, with double quotes?
                        Call print with the word.
                        Python output of the text.
                        Program of one line that says the word, in Python.
                        Hello-world style, but with this word.
                        """),
                phrase("java-string", word -> "String " + word + " = \"" + word + "\";", """
                        Declare a Java String that is named like the word and holds it.
                        String x = "x";
                        Please declare a variable of type String with its own name as value, in Java.
                        Java declaration, name and content are the word.
                        How do I store this word in a String of the same name?
                        Type, name, equals, quoted word, semicolon.
                        Statement of Java that defines the text.
                        Make a Java string variable.
                        """),
                phrase("comment", word -> "// " + word, """
                        Write the word as a line comment in Java.
                        // comment
                        Please comment it out, C++ style.
                        Two slashes, a space, the word.
                        How do I hide this from the compiler?
                        Line comment.
                        Comment for a JavaScript file.
                        Make it a comment.
                        """),
                phrase("placeholder", word -> "${" + word + "}", """
                        Write the word as a placeholder with dollar sign and braces.
                        ${...}
                        Please make a template variable of it.
                        Dollar, opening brace, word, closing brace.
                        How is this variable inserted in a shell or template string?
                        Interpolation of the variable.
                        Property reference, Spring style.
                        Turn the name into an expandable variable.
                        """),
                sql("select-column", f -> "SELECT %s FROM %s;".formatted(f.key(), f.value()), """
                        Write an SQL query that selects the column from the table.
                        column, table -> SELECT
                        Please query the column in SQL.
                        SELECT ... FROM ...;
                        How do I read this column of this table?
                        SQL for one column of all rows.
                        Statement that lists the column.
                        Get the column from the database.
                        """),
                sql("select-count", f -> "SELECT COUNT(%s) FROM %s;".formatted(f.key(), f.value()), """
                        Write an SQL query that counts the column in the table.
                        column, table -> COUNT
                        Please count the values of the column in SQL.
                        SELECT COUNT(...) FROM ...;
                        How many values has the column? Write the query.
                        SQL for the number of entries.
                        Statement that counts.
                        Count it in the database.
                        """),
                sql("drop-column", f -> "ALTER TABLE %s DROP %s;".formatted(f.value(), f.key()), """
                        Write an SQL statement that drops the column from the table.
                        column, table -> ALTER TABLE ... DROP
                        Please remove the column with SQL.
                        ALTER TABLE ... DROP ...;
                        How do I delete this column for good?
                        DDL that removes the column.
                        Migration that drops it.
                        Get rid of the column in the database.
                        """),
                sql("order-by", f -> "SELECT * FROM %s ORDER BY %s;".formatted(f.value(), f.key()), """
                        Write an SQL query for the whole table, sorted by the column.
                        column, table -> ORDER BY
                        Please list all rows in the order of the column.
                        SELECT * FROM ... ORDER BY ...;
                        How do I sort this table by this column?
                        SQL for all rows, sorted.
                        Statement that sorts the table.
                        Everything from the table, ordered.
                        """));
    }

    private static TaskRecipe field(String name, Function<Field, String> output, String descriptions) {
        return task(name).describedAs(descriptions).from(FIELDS, Field::plain, output);
    }

    private static TaskRecipe row(String name, Function<List<String>, String> output, String descriptions) {
        return task(name).describedAs(descriptions).from(ROWS, row -> String.join(",", row), output);
    }

    private static TaskRecipe phrase(String name, Function<String, String> output, String descriptions) {
        return task(name).describedAs(descriptions).from(Domain.of(VALUES), output);
    }

    private static TaskRecipe sql(String name, Function<Field, String> output, String descriptions) {
        return task(name).describedAs(descriptions).from(COLUMNS, f -> f.key() + ", " + f.value(), output);
    }
}
