package dev.icmlora.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// Programs in documentation, run as a reader would who pastes them.
public final class Snippets {

    private static final Pattern JAVA = Pattern.compile("```java\n(.*?\n)```", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("public class (\\w+)");
    private static final String DOCUMENTED_ADDRESS = "http://localhost:8080";

    private Snippets() {}

    /// The Java programs of a page, or of the comments of a source file.
    public static List<String> in(Path file) throws IOException {
        var text = Files.readString(file).replaceAll("(?m)^/// ?", "");
        return JAVA.matcher(text).results().map(found -> found.group(1)).toList();
    }

    /// Runs a program on this test's class path.
    ///
    /// @param folder where it is put
    /// @param function its address, in place of the one that is documented
    /// @return what it wrote to standard output
    public static String run(String program, Path folder, URI function) throws IOException, InterruptedException {
        assertThat(program).contains(DOCUMENTED_ADDRESS);
        var name = NAME.matcher(program);
        assertThat(name.find()).as("a public class in\n" + program).isTrue();
        var source = folder.resolve(name.group(1) + ".java");
        Files.writeString(source, program.replace(DOCUMENTED_ADDRESS, function.toString()));
        var errors = folder.resolve("errors");
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--class-path",
                        System.getProperty("java.class.path"),
                        source.toString())
                .redirectError(errors.toFile())
                .start();
        var output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
        return output;
    }
}
