package dev.icmlora.tasks.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.icmlora.generator.task.Example;

class TextDomainsTest {

    @TempDir
    private Path cache;

    @ParameterizedTest
    @EnumSource(names = {"LICENCES", "JAVA_SOURCE"})
    void theJdkHasDomainsWhoseTestPassagesAreNew(TextSource source) throws IOException {
        TextDomain domain = source.fetch(cache);

        assertThat(domain.descriptions()).hasSizeGreaterThanOrEqualTo(8).doesNotHaveDuplicates();
        assertThat(domain.train()).hasSizeGreaterThanOrEqualTo(24).doesNotHaveDuplicates();
        assertThat(domain.test()).hasSizeBetween(6, Passages.MOST_TEST);
        Set<List<String>> known = new HashSet<>();
        domain.train().forEach(passage -> known.addAll(Passages.phrases(passage)));
        assertThat(domain.test())
                .allSatisfy(
                        passage -> assertThat(Passages.shared(passage, known)).isLessThanOrEqualTo(0.1));
        assertThat(source.fetch(cache)).isEqualTo(domain);
    }

    @Test
    void aPassageIsAnOpeningAndItsContinuation() {
        String text = IntStream.range(0, 4000)
                .mapToObj(i -> "word" + i + (i % 12 == 11 ? "\n" : " "))
                .collect(Collectors.joining());

        Passages passages = Passages.of(List.of(text));

        assertThat(passages.train()).isNotEmpty().doesNotContainAnyElementsOf(passages.test());
        assertThat(passages.test()).isNotEmpty();
        for (Example passage : passages.train()) {
            assertThat(passage.input()).hasSizeBetween(80, 100);
            assertThat(text.replace('\n', ' ')).contains((passage.input() + " " + passage.output()).replace('\n', ' '));
        }
    }

    @Test
    void aCopyOfWhatIsTrainedOnIsNoTest() {
        String text = IntStream.range(0, 2000)
                .mapToObj(i -> "word" + i + (i % 12 == 11 ? "\n" : " "))
                .collect(Collectors.joining());

        Passages twice = Passages.of(List.of(text, "shift\n" + text));

        Set<List<String>> known = new HashSet<>();
        twice.train().forEach(passage -> known.addAll(Passages.phrases(passage)));
        assertThat(twice.test())
                .allSatisfy(
                        passage -> assertThat(Passages.shared(passage, known)).isLessThanOrEqualTo(0.1));
    }

    @Test
    void aDomainThatCannotBeFetchedIsNamedWithTheReason() throws IOException {
        // A file where the folder for packages should be: nothing can be fetched, whatever the machine has.
        Path file = Files.writeString(cache.resolve("taken"), "");

        TextDomains found = TextDomains.fetch(file);

        assertThat(found.domains()).extracting(TextDomain::name).contains("licences");
        assertThat(found.missing()).containsKeys("man-pages", "fortunes", "scripture");
        assertThat(found.card()).contains("| licences |").contains("`man-pages` is missing: ");
    }
}
