package dev.icmlora.learning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.icmlora.function.Requests;

class SchemaRulesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\": \"string\", \"maxLength\": 2} | \"☁☁\" | true",
                "{\"type\": \"string\", \"maxLength\": 2} | \"abc\" | false",
                "{\"type\": [\"integer\", \"null\"]} | null | true",
                "{\"type\": \"integer\"} | 1.5 | false",
                "{\"type\": \"number\"} | 1.5 | true",
                "{\"enum\": [1, \"a\"]} | 1.0 | true",
                "{\"enum\": [1, \"a\"]} | 1e999 | false",
                "{\"const\": {\"a\": 1}} | {\"a\": 2} | false",
                "{\"properties\": {\"a\": true}, \"required\": [\"a\"]} | {\"a\": 1} | true",
                "{\"properties\": {\"a\": true}, \"required\": [\"a\"]} | {} | false",
                "{\"properties\": {\"a\": true}} | {\"b\": 1} | false",
                "{\"type\": \"object\"} | {\"b\": 1} | true",
                "{\"type\": \"object\", \"additionalProperties\": false} | {\"b\": 1} | false",
                "{\"items\": {\"type\": \"boolean\"}, \"minItems\": 1} | [true, false] | true",
                "{\"items\": {\"type\": \"boolean\"}, \"minItems\": 1} | [] | false",
                "{\"items\": {\"type\": \"boolean\"}} | [1] | false",
                "{\"anyOf\": [{\"type\": \"null\"}, {\"type\": \"string\"}]} | \"a\" | true",
                "{\"anyOf\": [{\"type\": \"null\"}, {\"type\": \"string\"}]} | 1 | false",
                "{\"$defs\": {\"t\": {\"items\": {\"$ref\": \"#/$defs/t\"}}}, \"$ref\": \"#/$defs/t\"} | [[], [[]]] | true",
                "{\"$defs\": {\"t\": {\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/t\"}}}, \"$ref\": \"#/$defs/t\"} | [[1]] | false",
                "true | [1] | true",
            })
    void allowsWhatTheSchemaDoes(String schema, String value, boolean allowed) {
        assertThat(new SchemaRules(Requests.json(schema))
                        .refusal(Requests.json(value))
                        .isEmpty())
                .isEqualTo(allowed);
    }

    /// Else each value of an output would cost as much as the list has entries.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"enum | [1, 2] | 2.0", "type | [\"number\", \"null\"] | null", "required | [\"a\"] | {\"a\": 1}"})
    void aListOfTheSchemaIsReadOnce(String keyword, String list, String value) {
        var entries = (ArrayNode) Requests.json(list);
        var rules = new SchemaRules(JsonNodeFactory.instance.objectNode().set(keyword, entries));
        assertThat(rules.refusal(Requests.json(value))).isEmpty();
        assertThat(rules.refusal(Requests.json(keyword.equals("required") ? "{}" : "\"b\"")))
                .isPresent();

        entries.removeAll().add("another");

        assertThat(rules.refusal(Requests.json(value))).isEmpty();
    }

    @Test
    void stepsOfAComparisonAreBounded() {
        var alternatives = "{\"type\":\"null\"},".repeat(400) + "{\"type\":\"boolean\"}";
        var rules = new SchemaRules(Requests.json("{\"items\":{\"anyOf\":[" + alternatives + "]}}"));

        assertThat(rules.refusal(Requests.json("[" + "true,".repeat(100) + "true]")))
                .isEmpty();
        assertThat(rules.refusal(Requests.json("[" + "true,".repeat(300) + "true]")))
                .hasValue("takes more than 100000 steps to compare with the schema");
        assertThat(rules.refusal(Requests.json("[true]"))).isEmpty();
    }
}
