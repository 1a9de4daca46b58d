package dev.icmlora.function;

import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.plurals;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The function as it is where `src/pom.xml` has no line for any addon.
@Tag("slow")
@QuarkusTest
@TestProfile(WithoutAddonsTest.Bare.class)
class WithoutAddonsTest {

    public static final class Bare implements QuarkusTestProfile {

        private static final Pattern LINE =
                Pattern.compile("<dependency><groupId>(dev\\.icmlora)</groupId><artifactId>([^<]*)</artifactId>");

        @Override
        public Map<String, String> getConfigOverrides() {
            // The tests' bucket is a directory, which needs an addon too.
            return Map.of("quarkus.class-loading.removed-artifacts", addons(), "icm-lora.storage.bucket", "");
        }

        private static String addons() {
            try {
                var pom = Files.readString(Path.of("pom.xml"));
                var addons = LINE.matcher(pom)
                        .results()
                        .map(line -> line.group(1) + ":" + line.group(2))
                        .toList();
                assertThat(addons).hasSizeGreaterThan(10);
                return String.join(",", addons);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void answers() {
        generate(body(plurals(), "cat")).statusCode(200);
    }

    @Test
    void showsItsPage() {
        given().get("/").then().statusCode(200).contentType(ContentType.HTML);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/chat/completions",
                "/v1/completions",
                "/v1/embeddings",
                "/v1/models",
                "/v1/decisions",
                "/v1/systemone",
                "/jobs",
                "/events",
                "/events/s3",
                "/event",
                "/mcp",
                "/adapters",
                "/adapters/blend",
                "/adapter/events",
                "/page/learning.js"
            })
    void nothingIsWhereAddonsAnswer(String path) {
        given().get(path).then().statusCode(404);
        given().contentType(ContentType.JSON).body("{}").post(path).then().statusCode(404);
        given().delete(path).then().statusCode(404);
    }
}
