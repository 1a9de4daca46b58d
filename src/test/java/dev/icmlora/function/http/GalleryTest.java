package dev.icmlora.function.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.icmlora.function.Requests;

/// The functions of `demo/gallery`: definitions that the function takes, and hold-out sets that measure them.
@QuarkusTest
class GalleryTest {

    private static final Path GALLERY = Path.of("../demo/gallery");
    private static final String SUFFIX = ".json";
    private static final String HOLDOUT = ".holdout.jsonl";

    /// An input, and the output it should have.
    record Pair(String input, String output) {}

    static List<String> names() throws IOException {
        try (var files = Files.list(GALLERY)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(SUFFIX))
                    .map(file -> file.substring(0, file.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
        }
    }

    static Stream<String> namesWithLabels() throws IOException {
        return namesWith("labels");
    }

    static Stream<String> namesWithSchema() throws IOException {
        return namesWith("schema");
    }

    private static Stream<String> namesWith(String field) throws IOException {
        var found = new ArrayList<String>();
        for (var name : names()) {
            if (Requests.json(definition(name)).has(field)) {
                found.add(name);
            }
        }
        return found.stream();
    }

    private static String definition(String name) throws IOException {
        return Files.readString(GALLERY.resolve(name + SUFFIX));
    }

    private static String holdout(String name) throws IOException {
        return Files.readString(GALLERY.resolve(name + HOLDOUT));
    }

    private static List<Pair> examples(String name) throws IOException {
        return pairs(elements(Requests.json(definition(name)).at("/task/examples")));
    }

    private static List<Pair> holdoutPairs(String name) throws IOException {
        return pairs(holdout(name).lines().map(Requests::json));
    }

    private static List<Pair> pairs(Stream<JsonNode> nodes) {
        return nodes.map(node -> Requests.JSON.convertValue(node, Pair.class)).toList();
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("names")
    void isTakenAsItIs(String name) throws IOException {
        given().contentType(ContentType.JSON)
                .body(definition(name))
                .put("/functions/{name}", name)
                .then()
                .statusCode(anyOf(is(200), is(201)));
    }

    @ParameterizedTest
    @MethodSource("names")
    void isMeasuredOnWhatItWasNotShown(String name) throws IOException {
        var seen = new HashSet<String>();
        examples(name).forEach(pair -> seen.add(pair.input().toLowerCase(Locale.ROOT)));
        var holdout = holdoutPairs(name);

        assertThat(examples(name)).hasSizeBetween(8, 16);
        assertThat(holdout).hasSizeBetween(24, 40).allSatisfy(pair -> {
            assertThat(seen.add(pair.input().toLowerCase(Locale.ROOT)))
                    .as("%s is there once", pair.input())
                    .isTrue();
            assertThat(pair.output()).isNotBlank();
        });
    }

    /// A function that always answers the same would else look better than it is.
    @ParameterizedTest
    @MethodSource("namesWithLabels")
    void eachLabelIsAskedForEquallyOften(String name) throws IOException {
        var labels = elements(Requests.json(definition(name)).path("labels"))
                .map(JsonNode::textValue)
                .collect(Collectors.toSet());

        for (var pairs : List.of(examples(name), holdoutPairs(name))) {
            var counts = pairs.stream().collect(Collectors.groupingBy(Pair::output, Collectors.counting()));
            assertThat(counts.keySet()).isEqualTo(labels);
            assertThat(counts.values()).containsOnly((long) pairs.size() / labels.size());
        }
    }

    @ParameterizedTest
    @MethodSource("namesWithSchema")
    void outputsFollowTheSchema(String name) throws IOException {
        var validator = JsonSchemaFactory.getInstance(VersionFlag.V202012)
                .getSchema(Requests.json(definition(name)).get("schema"));

        assertThat(Stream.concat(examples(name).stream(), holdoutPairs(name).stream()))
                .allSatisfy(pair -> assertThat(validator.validate(Requests.json(pair.output())))
                        .as(pair.output())
                        .isEmpty());
    }

    @ParameterizedTest
    @MethodSource("names")
    void thePageCanFetchIt(String name) throws IOException {
        assertThat(fetched(name + SUFFIX)).isEqualTo(definition(name));
        assertThat(fetched(name + HOLDOUT)).isEqualTo(holdout(name));
    }

    private static String fetched(String file) {
        var bytes = given().get("/gallery/{file}", file)
                .then()
                .statusCode(200)
                .extract()
                .asByteArray();
        return new String(bytes, UTF_8);
    }

    @Test
    void thePageKnowsAllOfThem() throws IOException {
        given().get("/page/gallery.json").then().statusCode(200).body("name", equalTo(names()));
    }
}
