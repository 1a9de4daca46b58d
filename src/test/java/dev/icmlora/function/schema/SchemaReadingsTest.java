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
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.error.RequestException;

/// Schemas for which llama.cpp would follow ever more readings are refused; what people write is not.
class SchemaReadingsTest {

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
                "{'anyOf':[{'properties':{'a':{'$ref':'#'}}},{'properties':{'b':{'$ref':'#'}}}]}"
            })
    void alternativesThatBeginAlikeAndHoldEachOtherAreRefused(String schema) {
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> grammar(schema))
                .withMessageContaining("begin alike");
    }

    @Test
    void levelsOfAlternativesThatBeginAlikeAreCounted() {
        assertThat(grammar(levels(6))).contains("root");
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> grammar(levels(7)))
                .withMessageContaining("1000 ways");
    }

    /// 4^15 alternatives, which no memory holds.
    @Test
    void referencesThatMultiplyAlternativesAreRefusedAtTheLimit() {
        var levels = IntStream.rangeClosed(1, 15)
                .mapToObj(i -> "'%d':{'anyOf':[%s]}"
                        .formatted(
                                i,
                                Stream.generate(() -> "{'$ref':'#/$defs/%d'}".formatted(i - 1))
                                        .limit(4)
                                        .collect(Collectors.joining(","))))
                .collect(Collectors.joining(","));

        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> grammar("{'$ref':'#/$defs/15','$defs':{'0':{'type':'null'}," + levels + "}}"))
                .withMessageContaining("more than 1000 alternatives");
    }

    /// 20 million beginnings, of a schema of 200 KB.
    @Test
    void referencesThatMultiplyConstantsAreRefusedAtTheLimit() {
        var constants = IntStream.range(0, 20_000).mapToObj(i -> "'a" + i + "'").collect(Collectors.joining(","));
        var references = String.join(",", Collections.nCopies(1000, "{'$ref':'#/$defs/e'}"));

        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> grammar("{'anyOf':[" + references + "],'$defs':{'e':{'enum':[" + constants + "]}}}"))
                .withMessageContaining("can begin in more than 50000 ways");
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

    @ParameterizedTest
    @ValueSource(strings = {"{'enum':[1,1e999]}", "{'const':{'a':[-1e999]}}"})
    void aNumberThatIsTooLargeIsRefused(String schema) {
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> grammar(schema))
                .withMessageContaining("holds a number that is too large");
    }

    /// Each level is an array of one of three kinds of the next.
    private static String levels(int count) {
        var schemas = IntStream.range(0, count)
                .mapToObj(i -> "'%d':{'anyOf':[{'items':%2$s,'minItems':1},{'items':%2$s,'minItems':2},{'items':%2$s}]}"
                        .formatted(i, i + 1 < count ? "{'$ref':'#/$defs/%d'}".formatted(i + 1) : "{'type':'null'}"))
                .collect(Collectors.joining(","));
        return "{'$ref':'#/$defs/0','$defs':{" + schemas + "}}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A tree, an expression whose operator comes first, a value of any kind, a list of lists.
                "{'properties':{'of':{'type':'number'},'left':{'$ref':'#'},'right':{'$ref':'#'}},'required':['of']}",
                "{'anyOf':[{'type':'number'},{'properties':{'op':{'const':'add'},'of':{'items':{'$ref':'#'}}},"
                        + "'required':['op','of']},{'properties':{'op':{'enum':['mul','div']},"
                        + "'of':{'items':{'$ref':'#'}}},'required':['op','of']}]}",
                "{'type':['string','number','boolean','null','array','object'],'items':{'$ref':'#'}}",
                "{'anyOf':[{'type':'null'},{'items':{'$ref':'#'}}]}",
                "{'anyOf':[{'properties':{'name':{'type':'string'},'wings':{'type':'integer'}}},"
                        + "{'properties':{'name':{'type':'string'},'legs':{'type':'integer'}}}]}",
                "{'anyOf':[{'type':'string','maxLength':3},{'type':'string','minLength':9}]}"
            })
    void whatPeopleWriteIsNot(String schema) {
        assertThat(grammar(schema)).contains("root ::= ");
    }

    @Test
    void longEnumerationsAreNot() {
        var names = IntStream.range(0, 1500).mapToObj(i -> "'n" + i + "'").collect(Collectors.joining(","));
        assertThat(grammar("{'enum':[" + names + "]}")).contains("n1499");
    }
}
