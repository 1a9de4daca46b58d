package dev.icmlora.tasks.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.util.List;

import org.junit.jupiter.api.Test;

class LexiconTest {

    @Test
    void listsStandBelowTheirTitles() {
        assertThat(Lexicon.lists("a.txt", List.of("heading", "    # Heading", "\t[ ] around it", "bold", "    **x**")))
                .containsExactly(
                        entry("heading", List.of("# Heading", "[ ] around it")), entry("bold", List.of("**x**")));
    }

    @Test
    void refusesATitleThatComesTwice() {
        assertThatThrownBy(() -> Lexicon.lists("a.txt", List.of("bold", "    x", "bold")))
                .hasMessage("a.txt has \"bold\" twice");
    }

    @Test
    void refusesALineAboveTheFirstTitle() {
        assertThatThrownBy(() -> Lexicon.lists("a.txt", List.of("    x", "bold")))
                .hasMessage("a.txt has no title above \"x\"");
    }

    @Test
    void everyCategoryHasItsNouns() {
        assertThat(Lexicon.nounCategories()).contains("animal", "food");
        assertThat(Lexicon.nouns("animal")).contains("dog").doesNotContain("apple");
        assertThat(Lexicon.nouns()).contains("dog", "apple");
    }
}
