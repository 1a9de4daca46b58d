package dev.icmlora.decisions;

import static dev.icmlora.function.Requests.json;
import static dev.icmlora.function.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/// The first example of `README.md` is answered as it says there.
@QuarkusTest
class ReadmeTest {

    private static final Pattern EXAMPLE = Pattern.compile(
            "```sh\ncurl [^']*'[^']*' http://localhost:8080(/\\S+) -d '([^']*)'\n```\n\n[^`]*```json\n(.*?)```",
            Pattern.DOTALL);
    /// Processors round differently.
    private static final double ROUNDING = 0.1;

    @Test
    void itsFirstExampleIsAnsweredAsItSays() throws IOException {
        var example = EXAMPLE.matcher(Files.readString(Path.of("../README.md")));
        assertThat(example.find()).isTrue();
        var shown = json(example.group(3)).at("/answers/team");

        var answer = json(post(example.group(1), json(example.group(2)))
                        .statusCode(200)
                        .extract()
                        .asString())
                .at("/answers/team");

        assertThat(answer.get("choice")).isEqualTo(shown.get("choice"));
        shown.get("probabilities")
                .properties()
                .forEach(label -> assertThat(
                                answer.at("/probabilities/" + label.getKey()).doubleValue())
                        .isCloseTo(label.getValue().doubleValue(), within(ROUNDING)));
    }
}
