package dev.icmlora.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Tables of a page that are written from something else. Each stands below a comment that names its kind and its rows,
/// such as `<!-- settings: worker.* -->`.
///
/// After a change of what they are written from, `-Dicmlora.docs.write=true` writes them anew.
public final class WrittenTables {

    private static final Pattern TABLE = Pattern.compile("(?m)^(<!-- (\\w+): (.*) -->\\n)((?:\\|.*\\n)*)");

    private WrittenTables() {}

    /// Checks that all tables of a page are up to date.
    ///
    /// @param kinds by their names, each with what makes a table, lines of Markdown, of the names of its rows
    public static void check(Path page, Map<String, UnaryOperator<String>> kinds) throws IOException {
        var current = TABLE.matcher(Files.readString(page))
                .replaceAll(table -> Matcher.quoteReplacement(
                        table.group(1) + kinds.get(table.group(2)).apply(table.group(3))));
        if (Boolean.getBoolean("icmlora.docs.write")) {
            Files.writeString(page, current);
        }
        assertThat(Files.readString(page))
                .as("run this test with -Dicmlora.docs.write=true and commit %s", page)
                .isEqualTo(current);
    }
}
