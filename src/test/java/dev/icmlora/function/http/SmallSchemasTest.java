package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.either;
import static org.hamcrest.Matchers.is;

import java.time.Duration;
import java.util.Collections;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Small schemas that look as if they cost much. Each is answered soon, or refused.
@QuarkusTest
class SmallSchemasTest {

    /// llama.cpp once took 42 seconds for one token.
    private static final Duration SOON = Duration.ofSeconds(20);

    private static final String BODY = """
            {"task": {"description": "Write JSON."}, "inputs": ["x"], "mode": "plain", "max_tokens": 24,
             "temperature": 1, "seed": 3, "schema": %s}""";

    static Stream<Arguments> schemas() {
        var many = "'maxItems':1000";
        var ring = "{'$ref':'#/$defs/a','$defs':{'a':{'anyOf':[{'type':'array','items':{'$ref':'#/$defs/b'}},"
                + "{'type':'null'}]},'b':{'anyOf':[{'$ref':'#/$defs/a'},{'type':'string'}]}}}";
        var kinds = "{'anyOf':[" + list(3, i -> "{'items':{'$ref':'#'},'minItems':" + i + "}") + "]}";
        return Stream.of(
                Arguments.of("one beginning", "{'enum':[" + list(600, "'aaaaaaaa%04d'"::formatted) + "]}"),
                Arguments.of("many short", "{'enum':[" + list(1000, "'%03x'"::formatted) + "]}"),
                Arguments.of("spaces", "{'enum':[" + list(169, i -> "'" + " ".repeat(i + 1) + "'") + "]}"),
                Arguments.of(
                        "beginnings of each other", "{'enum':[" + list(169, i -> "'" + "a".repeat(i + 1) + "'") + "]}"),
                Arguments.of(
                        "array of an enum",
                        "{'type':'array','minItems':100," + many + ",'items':{'enum':["
                                + list(149, i -> "'" + "a".repeat(i + 1) + "'") + "]}}"),
                Arguments.of("long text", "{'type':'string','minLength':900,'maxLength':1000}"),
                Arguments.of(
                        "ten texts",
                        "{'properties':{" + list(10, "'p%d':{'type':'string','maxLength':1000}"::formatted) + "}}"),
                Arguments.of("optional", "{'properties':{" + list(150, "'p%d':{'type':'boolean'}"::formatted) + "}}"),
                Arguments.of(
                        "arrays of arrays",
                        nested(2, "{'type':'array'," + many + "}", s -> "{'items':" + s + "," + many + "}")),
                Arguments.of(
                        "deep",
                        nested(28, "{'type':'string','maxLength':300}", s -> "{'items':" + s + ",'maxItems':300}")),
                Arguments.of(
                        "optional in optional",
                        nested(
                                15,
                                "{'type':'integer'}",
                                s -> "{'anyOf':[{'properties':{'a':" + s + "}},{'type':'null'}]}")),
                Arguments.of("array of anything", "{'type':'array','minItems':1000}"),
                Arguments.of("types", "{'type':[" + String.join(",", Collections.nCopies(5000, "'string'")) + "]}"),
                Arguments.of("arrays twice", "{'type':['array','array'],'items':{'$ref':'#'},'minItems':1}"),
                Arguments.of("texts", "{'anyOf':[" + list(900, "{'type':'string','title':'%d'}"::formatted) + "]}"),
                Arguments.of(
                        "objects alike",
                        "{'anyOf':[" + list(240, _ -> "{'properties':{'a':{'type':'string'}}}") + "]}"),
                Arguments.of("ring of references", ring),
                Arguments.of("kinds of lists of each other", kinds),
                Arguments.of(
                        "doubled references",
                        "{'$ref':'#/$defs/d0','$defs':{"
                                + list(
                                        25,
                                        i -> "'d%1$d':{'anyOf':[{'$ref':'#/$defs/d%2$d'},{'$ref':'#/$defs/d%2$d'}]}"
                                                .formatted(i, i + 1))
                                + ",'d25':{'type':'null'}}}"),
                Arguments.of("large number", "{'const':1e999999999}"),
                Arguments.of("minimum", "{'type':'string','minLength':1000000000}"),
                Arguments.of("long pointer", "{'$ref':'#" + "/a".repeat(30_000) + "'}"),
                Arguments.of("halves of pairs", "{'enum':['\\ud800','\\udfff','" + "e\u0301".repeat(50) + "']}"),
                Arguments.of(
                        "long key",
                        "{'properties':{'%1$s':{'type':'null'}},'required':['%1$s']}".formatted("k".repeat(15_000))));
    }

    private static String list(int count, IntFunction<String> one) {
        return IntStream.range(0, count).mapToObj(one).collect(Collectors.joining(","));
    }

    private static String nested(int levels, String innermost, UnaryOperator<String> around) {
        return Stream.iterate(innermost, around)
                .limit(levels + 1)
                .reduce((_, outer) -> outer)
                .orElseThrow();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("schemas")
    void areAnsweredSoonOrRefused(String name, String schema) {
        var begin = System.nanoTime();

        var status = post("/generate", BODY.formatted(schema.replace('\'', '"')))
                .statusCode(either(is(200)).or(is(400)))
                .extract()
                .statusCode();

        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .as(name + ": " + status)
                .isLessThan(SOON);
    }
}
