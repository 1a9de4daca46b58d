package dev.icmlora.learning;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.StrictReading;
import dev.icmlora.function.schema.SchemaGrammar;

/// Any value is compared with any schema that a function may have, which takes few steps, and the same ones again.
class SchemaRulesFuzzTest {

    /// @param bytes of an array: a schema and a value
    @FuzzTest
    void compare(byte[] bytes) {
        var both = json(bytes);
        var schema = both.path(0);
        var value = both.path(1);
        try {
            SchemaGrammar.of(schema, "/schema");
        } catch (RequestException refused) {
            return;
        }
        var rules = new SchemaRules(schema);

        var refusal = rules.refusal(value);

        assertThat(rules.refusal(value)).isEqualTo(refusal);
        assertThat(new SchemaRules(schema).refusal(value.deepCopy())).isEqualTo(refusal);
    }

    private static JsonNode json(byte[] bytes) {
        try {
            return StrictReading.JSON.readTree(bytes);
        } catch (IOException e) {
            return NullNode.getInstance();
        }
    }
}
