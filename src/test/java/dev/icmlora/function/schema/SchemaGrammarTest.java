package dev.icmlora.function.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Collections;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.error.RequestException;

/// Schemas for which llama.cpp would follow ever more ways to read a text are refused; what people write is not.
class SchemaGrammarTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static String grammar(String schema) {
        try {
            return SchemaGrammar.of(JSON.readTree(schema.replace('\'', '"')), "/schema");
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    /// The first of them took llama.cpp 42 seconds for its tenth bracket, and three times as long for each
    /// further one.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'anyOf':[{'items':{'$ref':'#'},'minItems':1},{'items':{'$ref':'#'},'minItems':2},"
                        + "{'items':{'$ref':'#'},'minItems':3}]}",
                "{'anyOf':[{'properties':{'a':{'$ref':'#'},'b':{}},'required':['a']},"
                        + "{'properties':{'a':{'$ref':'#'},'c':{}},'required':['a']}]}",
                "{'anyOf':[{'items':{'$ref':'#/$defs/b'}},{'items':{'$ref':'#/$defs/b'},'maxItems':3}],"
                        + "'$defs':{'b':{'allOf':[{'$ref':'#'}]}}}",
                "{'anyOf':[{'properties':{'a':{'$ref':'#'}}},{'properties':{'b':{'$ref':'#'}}}]}",
                "{'$ref':'#/$defs/a','$defs':{'a':{'anyOf':[{'items':{'$ref':'#/$defs/b'}},{'$ref':'#/$defs/b'}]},"
                        + "'b':{'properties':{'a':{'anyOf':[{'$ref':'#/$defs/a'},{'type':'null'}]}}}}}"
            })
    void aSchemaThatHoldsItselfBySeveralAlternativesIsRefused(String schema) {
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> grammar(schema))
                .withMessageMatching("/schema/.*/\\$ref refers to itself below /schema.*/anyOf, .*");
    }

    /// What levels share is written out: 3^7 ways to read a text, or 4^8.
    @ParameterizedTest
    @CsvSource({"3, 7", "4, 8"})
    void levelsOfAlternativesAreBoundedByTheRules(int alternatives, int levels) {
        assertThat(grammar(levels(alternatives, 3))).contains("root");
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> grammar(levels(alternatives, levels)))
                .withMessageContaining("needs more than 500 rules");
    }

    /// 20 million characters, of a schema of 200 KB.
    @Test
    void referencesThatMultiplyConstantsAreRefusedAtTheLimit() {
        var constants = IntStream.range(0, 1_000).mapToObj(i -> "'a" + i + "'").collect(Collectors.joining(","));
        var references = String.join(",", Collections.nCopies(1000, "{'$ref':'#/$defs/e'}"));

        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> grammar("{'anyOf':[" + references + "],'$defs':{'e':{'enum':[" + constants + "]}}}"))
                .withMessageContaining("has too many characters");
    }

    static Stream<String> large() {
        return Stream.of(
                "{'properties':{'a':{'type':'null'}},'required':[%s]}".formatted(times(200_000, "'a'")),
                "{'type':[%s]}".formatted(times(200_000, "'null'")),
                "{'type':'string','enum':['a',%s]}".formatted(times(200_000, "1")),
                "{'$defs':{'a':{'type':'string','enum':['a',%s]}},'anyOf':[%s]}"
                        .formatted(times(15_000, "1"), times(240, "{'$ref':'#/$defs/a'}")),
                "{'anyOf':[%s]}".formatted(times(200, "{'type':[%s]}".formatted(times(150, "'string'")))),
                "{'$defs':{'a':{'$ref':'#/$defs/%1$s'},'%1$s':{'type':'null'}},'anyOf':[%2$s]}"
                        .formatted("b".repeat(40_000), times(200, "{'$ref':'#/$defs/a'}")));
    }

    private static String times(int count, String schema) {
        return String.join(",", Collections.nCopies(count, schema));
    }

    /// What is refused in the end, or leaves no trace in the grammar, is counted too.
    @ParameterizedTest
    @MethodSource("large")
    void whatTakesManyStepsToReadIsRefused(String schema) {
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> grammar(schema))
                .withMessageContaining("takes more than 20000 steps to read");
    }

    @Test
    void alternativesAreCounted() {
        assertThat(grammar("{'anyOf':[%s]}".formatted(times(500, "{'type':'null'}"))))
                .contains("null");
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> grammar("{'anyOf':[%s]}".formatted(times(501, "{'type':'null'}"))))
                .withMessageContaining("/schema/anyOf makes too many alternatives in all");
    }

    /// The pointer to each of them would hold the name.
    @Test
    void aLongNameAboveManyPropertiesIsRefused() {
        var many = IntStream.range(0, 50_000).mapToObj(i -> "'" + i + "':true").collect(Collectors.joining(","));

        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> grammar("{'properties':{'%s':{'properties':{%s}}}}".formatted("n".repeat(201), many)))
                .withMessageContaining("has a name of 201 characters, more than 200");
    }

    /// Each of them is met below an array first, where the way back to `a` would be harmless.
    @ParameterizedTest
    @ValueSource(ints = {1, 28})
    void aReferenceToItselfIsFoundBehindOthers(int length) {
        var others = IntStream.rangeClosed(1, length)
                .mapToObj(i -> "'b%d':{'$ref':'#/$defs/%s'}".formatted(i, i < length ? "b" + (i + 1) : "a"))
                .collect(Collectors.joining(","));

        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> grammar("{'$ref':'#/$defs/a','$defs':{'a':{'anyOf':[{'items':{'$ref':'#/$defs/b1'}},"
                        + "{'$ref':'#/$defs/b1'}]}," + others + "}}"))
                .withMessageContaining("refers to itself");
    }

    /// Each bracket of such a text would be read in two ways.
    @Test
    void aTypeThatIsThereTwiceIsThereOnce() {
        assertThat(grammar("{'type':['array','array'],'items':{'$ref':'#'}}"))
                .isEqualTo(grammar("{'type':'array','items':{'$ref':'#'}}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'enum':[1,1e999]}", "{'const':{'a':[-1e999]}}"})
    void aNumberThatIsTooLargeIsRefused(String schema) {
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> grammar(schema))
                .withMessageContaining("holds a number that is too large");
    }

    /// Each level is an array of so many kinds of the next.
    private static String levels(int alternatives, int count) {
        var schemas = IntStream.range(0, count)
                .mapToObj(i -> "'%d':{'anyOf':[%s]}".formatted(i, alternatives(alternatives, i + 1, count)))
                .collect(Collectors.joining(","));
        return "{'$ref':'#/$defs/0','$defs':{" + schemas + "}}";
    }

    private static String alternatives(int count, int level, int levels) {
        var item = level < levels ? "{'$ref':'#/$defs/%d'}".formatted(level) : "{'type':'null'}";
        return IntStream.range(0, count)
                .mapToObj(i -> "{'items':%s,'minItems':%d}".formatted(item, i))
                .collect(Collectors.joining(","));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A tree, a value of any kind, a list of lists, a linked list, one of two trees.
                "{'properties':{'of':{'type':'number'},'left':{'$ref':'#'},'right':{'$ref':'#'}},'required':['of']}",
                "{'type':['string','number','boolean','null','array','object'],'items':{'$ref':'#'}}",
                "{'anyOf':[{'type':'null'},{'items':{'$ref':'#'}}]}",
                "{'properties':{'next':{'anyOf':[{'$ref':'#'},{'type':'null'}]}}}",
                "{'anyOf':[{'$ref':'#/$defs/a'},{'$ref':'#/$defs/b'}],'$defs':{"
                        + "'a':{'properties':{'a':{'items':{'$ref':'#/$defs/a'}}}},"
                        + "'b':{'properties':{'b':{'items':{'$ref':'#/$defs/b'}}}}}}",
                "{'anyOf':[{'properties':{'name':{'type':'string'},'wings':{'type':'integer'}}},"
                        + "{'properties':{'name':{'type':'string'},'legs':{'type':'integer'}}}]}",
                "{'anyOf':[{'type':'string','maxLength':3},{'type':'string','minLength':9}]}"
            })
    void whatPeopleWriteIsNot(String schema) {
        assertThat(grammar(schema)).contains("root ::= ");
    }

    @Test
    void longEnumerationsAreNot() {
        var names = IntStream.range(0, 1000).mapToObj(i -> "'n" + i + "'").collect(Collectors.joining(","));
        assertThat(grammar("{'enum':[" + names + "]}")).contains("n999");
    }
}
