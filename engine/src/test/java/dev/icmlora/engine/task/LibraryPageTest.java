package dev.icmlora.engine.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.EngineFiles;

/// The program of `docs/library.md`, as it stands there.
@Tag("slow")
class LibraryPageTest {

    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void itsProgramRunsInAnEmptyFolder(@TempDir Path folder) throws Exception {
        var page = PROGRAM.matcher(Files.readString(Path.of("../docs/library.md")));
        assertThat(page.find()).isTrue();
        Files.writeString(folder.resolve("Tickets.java"), page.group(1));
        var files = EngineFiles.installed();
        var said = folder.resolve("said");
        var program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        // Threads that wait for each other spin, and the processors have other tests to run.
                        "-XX:ActiveProcessorCount=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "Tickets.java",
                        files.nativeDirectory().toString(),
                        files.model().toString(),
                        files.generator().orElseThrow().toString())
                .directory(folder.toFile())
                .redirectOutput(said.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();

        assertThat(program.waitFor()).isZero();

        assertThat(said)
                .content()
                .matches("(?s).*billing, confidence [01][.]\\d\\d\ntechnical, confidence [01][.]\\d\\d\n");
    }
}
