package dev.icmlora.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(RunningFunction.class)
class SnippetsIT {

    @Test
    void theExampleOfThePackageRuns(URI function, @TempDir Path folder) throws Exception {
        var programs = Snippets.in(Path.of("src/main/java/dev/icmlora/client/package-info.java"));

        assertThat(programs).hasSize(1);
        assertThat(Snippets.run(programs, folder, function).getFirst().lines().toList())
                .hasSize(3)
                .first()
                .isIn("IMMEDIATE", "WAIT");
    }
}
