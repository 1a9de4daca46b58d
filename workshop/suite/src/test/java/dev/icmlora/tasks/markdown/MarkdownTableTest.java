package dev.icmlora.tasks.markdown;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MarkdownTableTest {

    @Test
    void columnsComeFirstThenRows() {
        MarkdownTable table =
                new MarkdownTable().text("task").numbers("tests", "%").row("a|b", "8", "12.5");

        assertThat(table).hasToString("""
                | task | tests | % |
                |---|--:|--:|
                | a\\|b | 8 | 12.5 |
                """);
    }

    @Test
    void aRowHasACellForEachColumn() {
        MarkdownTable table = new MarkdownTable().text("task", "family");

        assertThatThrownBy(() -> table.row("letters/upper"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 cells, the table 2 columns");
    }
}
