package dev.icmlora.tasks.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Predicate;

import dev.icmlora.tasks.markdown.MarkdownTable;

/// The text domains that this machine can read or fetch.
///
/// The same versions of the sources give the same passages.
///
/// @param domains in a fixed order
/// @param missing names of the others, and why each is missing
public record TextDomains(List<TextDomain> domains, SequencedMap<String, String> missing) {

    /// Reads what the JDK has and fetches the rest, or takes it from the cache.
    ///
    /// @param cache folder for what is fetched
    public static TextDomains fetch(Path cache) {
        return fetch(cache, domain -> true);
    }

    /// The same for some domains only.
    ///
    /// @param wanted whether to read or fetch the domain of a name
    public static TextDomains fetch(Path cache, Predicate<String> wanted) {
        List<TextDomain> domains = new ArrayList<>();
        SequencedMap<String, String> missing = new LinkedHashMap<>();
        for (TextSource source : TextSource.values()) {
            if (!wanted.test(source.domain())) {
                continue;
            }
            try {
                domains.add(source.fetch(cache));
            } catch (IOException e) {
                missing.put(source.domain(), e.getMessage());
            }
        }
        return new TextDomains(domains, missing);
    }

    /// What there is, as Markdown.
    public String card() {
        MarkdownTable table = new MarkdownTable()
                .text("domain")
                .numbers("training passages", "test passages", "characters")
                .text("source");
        for (TextDomain domain : domains) {
            long characters = domain.train().stream()
                    .mapToLong(passage ->
                            passage.input().length() + passage.output().length())
                    .sum();
            table.row(
                    domain.name(),
                    String.valueOf(domain.train().size()),
                    String.valueOf(domain.test().size()),
                    String.format(Locale.ROOT, "%,d", characters),
                    domain.source());
        }
        StringBuilder card = new StringBuilder("# Text domains\n\n").append(table);
        for (Map.Entry<String, String> lack : missing.entrySet()) {
            card.append("\n`%s` is missing: %s\n".formatted(lack.getKey(), lack.getValue()));
        }
        return card.toString();
    }
}
