package dev.icmlora.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.client.RunningFunction;
import dev.icmlora.client.Snippets;

/// Both modules' programs in pages, since this one has both on its class path.
@ExtendWith(RunningFunction.class)
class SnippetsIT {

    @ParameterizedTest
    @ValueSource(strings = {"src/main/java/dev/icmlora/langchain4j/package-info.java", "../../docs/functions.md"})
    void programsInPagesRun(String page, URI function, @TempDir Path folder) throws Exception {
        var programs = Snippets.in(Path.of(page));

        assertThat(programs).isNotEmpty();
        assertThat(Snippets.run(programs, folder, function))
                .hasSameSizeAs(programs)
                .noneMatch(String::isBlank);
    }
}
