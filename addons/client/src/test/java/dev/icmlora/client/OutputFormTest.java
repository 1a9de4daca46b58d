package dev.icmlora.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.InputStream;
import java.lang.reflect.Type;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputFormTest {

    enum Urgency {
        @JsonProperty("right now")
        IMMEDIATE,
        WAIT
    }

    enum Size {
        SMALL,
        LARGE;

        @JsonValue
        int centimetres() {
            return this == SMALL ? 10 : 20;
        }
    }

    enum Alone {
        ONE
    }

    enum Twins {
        @JsonProperty("same")
        LEFT,
        @JsonProperty("same")
        RIGHT
    }

    record Part(String zone, int amount) {}

    record Order(
            String title,
            Urgency urgency,
            @JsonProperty("is_paid") boolean paid,
            List<Part> parts,
            Optional<String> note,
            LocalDate due,
            OptionalInt discount,
            double price) {}

    record Bag(String name, Object contents) {}

    record Shelf(List<Bag> bags) {}

    record Chain(String name, List<Chain> next) {}

    record Empty() {}

    interface Shape {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Circle.class, name = "circle"),
        @JsonSubTypes.Type(value = Square.class, name = "square")
    })
    sealed interface Figure {}

    record Circle(int radius) implements Figure {}

    record Square(int side) implements Figure {}

    static final class Locked {
        private final String inside;

        private Locked(String inside, int key) {
            this.inside = inside + key;
        }

        public String getInside() {
            return inside;
        }
    }

    private static String described(Type type) {
        var request = Json.MAPPER.createObjectNode();
        OutputForm.of(type).describe(request);
        return request.toString();
    }

    @Test
    void aRecordBecomesASchemaInItsOrder() {
        assertThat(described(Order.class))
                .isEqualTo("{\"schema\":{\"type\":\"object\",\"properties\":{"
                        + "\"title\":{\"type\":\"string\"},"
                        + "\"urgency\":{\"enum\":[\"right now\",\"WAIT\"]},"
                        + "\"is_paid\":{\"type\":\"boolean\"},"
                        + "\"parts\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
                        + "\"zone\":{\"type\":\"string\"},\"amount\":{\"type\":\"integer\"}},"
                        + "\"required\":[\"zone\",\"amount\"],\"additionalProperties\":false}},"
                        + "\"note\":{\"type\":[\"string\",\"null\"]},"
                        + "\"due\":{\"type\":\"string\"},"
                        + "\"discount\":{\"type\":\"integer\"},"
                        + "\"price\":{\"type\":\"number\"}},"
                        + "\"required\":[\"title\",\"urgency\",\"is_paid\",\"parts\",\"due\",\"price\"],"
                        + "\"additionalProperties\":false}}");
    }

    @Test
    void whatIsWrittenIsInTheOrderOfTheSchemaAndComesBack() throws Exception {
        OutputForm<Order> form = OutputForm.of(Order.class);
        var order = new Order(
                "Screws",
                Urgency.IMMEDIATE,
                true,
                List.of(new Part("east", 3)),
                Optional.empty(),
                LocalDate.of(2026, 11, 26),
                OptionalInt.of(5),
                1.5);

        var written = form.write(order);

        assertThat(written)
                .isEqualTo("{\"title\":\"Screws\",\"urgency\":\"right now\",\"is_paid\":true,"
                        + "\"parts\":[{\"zone\":\"east\",\"amount\":3}],"
                        + "\"due\":\"2026-11-26\",\"discount\":5,\"price\":1.5}");
        assertThat(form.read(written)).isEqualTo(order);
    }

    @Test
    void listsAndNumbersHaveSchemas() throws Exception {
        Type list = new TypeReference<List<Urgency>>() {}.getType();

        assertThat(described(list))
                .isEqualTo("{\"schema\":{\"type\":\"array\",\"items\":{\"enum\":[\"right now\",\"WAIT\"]}}}");
        assertThat(described(Integer.class)).isEqualTo("{\"schema\":{\"type\":\"integer\"}}");
        assertThat(described(double.class)).isEqualTo("{\"schema\":{\"type\":\"number\"}}");
        OutputForm<List<Urgency>> form = OutputForm.of(list);
        assertThat(form.read("[\"WAIT\"]")).containsExactly(Urgency.WAIT);
    }

    @Test
    void kindsOfARecordAreToldApartByTheirFirstProperty() throws Exception {
        OutputForm<Figure> form = OutputForm.of(Figure.class);

        assertThat(described(Figure.class)).contains("\"anyOf\"", "{\"const\":\"circle\"}");
        assertThat(form.read(form.write(new Square(3)))).isEqualTo(new Square(3));
    }

    @Test
    void enumsAndBooleansAreLabels() throws Exception {
        assertThat(described(Urgency.class)).isEqualTo("{\"labels\":[\"right now\",\"WAIT\"]}");
        assertThat(described(Size.class)).isEqualTo("{\"labels\":[\"10\",\"20\"]}");
        assertThat(described(boolean.class)).isEqualTo("{\"labels\":[\"true\",\"false\"]}");
        OutputForm<Urgency> form = OutputForm.of(Urgency.class);
        assertThat(form.write(Urgency.IMMEDIATE)).isEqualTo("right now");
        assertThat(form.read("right now")).isEqualTo(Urgency.IMMEDIATE);
        assertThat(form.probabilities(Json.MAPPER.readTree("{\"WAIT\": 0.25, \"right now\": 0.75}")))
                .containsExactly(Map.entry(Urgency.IMMEDIATE, 0.75), Map.entry(Urgency.WAIT, 0.25));
    }

    /// As a named function's schema may allow it.
    @Test
    void nullIsNoValue() throws Exception {
        OutputForm<Square> form = OutputForm.of(Square.class);

        var answer = form.answer(TextNode.valueOf("null"), Json.MAPPER.readTree("{}"), MissingNode.getInstance());
        assertThat(answer.value()).isEmpty();
        assertThat(answer.reason()).contains("the answer is null");
    }

    @Test
    void stringsAreTextsAndNotJson() throws Exception {
        assertThat(described(String.class)).isEqualTo("{}");
        assertThat(OutputForm.<String>of(String.class).write("a \"b\"")).isEqualTo("a \"b\"");
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Object.class,
                Map.class,
                List.class,
                Void.class,
                Shape.class,
                Empty.class,
                Locked.class,
                Chain.class,
                InputStream.class,
                Shelf.class,
                Alone.class,
                Twins.class
            })
    void whatCannotBeAnOutputIsRefusedByName(Class<?> type) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OutputForm.of(type))
                .withMessageStartingWith(type.getTypeName() + " cannot be an output: ");
    }

    @Test
    void aRefusalSaysWhere() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OutputForm.of(Shelf.class))
                .withMessageEndingWith("nothing says what its /bags/0/contents is made of");
    }
}
