package dev.icmlora.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

    /// Runs programs of different names on this test's class path, one after the other in one process: a start takes
    /// longer than what most of them do.
    ///
    /// @param folder where they are put
    /// @param function its address, in place of the one that is documented
    /// @return what each wrote to standard output
    public static List<String> run(List<String> programs, Path folder, URI function)
            throws IOException, InterruptedException {
        var calls = new StringBuilder();
        for (var program : programs) {
            assertThat(program).contains(DOCUMENTED_ADDRESS);
            var name = NAME.matcher(program);
            assertThat(name.find()).as("a public class in\n" + program).isTrue();
            var source = folder.resolve(name.group(1) + ".java");
            var own = program.replace(DOCUMENTED_ADDRESS, function.toString());
            Files.writeString(source, own, StandardOpenOption.CREATE_NEW);
            calls.append("%s.main(arguments); System.out.print('\\f');\n".formatted(name.group(1)));
        }
        var source = Files.writeString(
                folder.resolve("All.java"),
                "class All { static void main(String[] arguments) throws Exception {\n" + calls + "} }");
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
        return List.of(output.split("\f"));
    }
}
