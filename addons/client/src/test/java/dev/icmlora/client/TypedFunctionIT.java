package dev.icmlora.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.net.URI;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.type.TypeReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import dev.icmlora.client.IcmLoraException.FieldError;

/// Against the function with the real model.
@ExtendWith(RunningFunction.class)
class TypedFunctionIT {

    record Ticket(String from, String text) {}

    enum Urgency {
        IMMEDIATE,
        WAIT
    }

    record Car(String colour, int doors, Optional<String> name) {}

    private final IcmLoraClient client;

    TypedFunctionIT(URI function) {
        client = IcmLoraClient.of(function);
    }

    private FunctionBuilder<Ticket, Urgency> urgency() {
        return client.function(Ticket.class, Urgency.class)
                .describedAs("How urgent is the ticket?")
                .example(new Ticket("Ann", "The server room is on fire"), Urgency.IMMEDIATE)
                .example(new Ticket("Bob", "Some day I would like a larger screen"), Urgency.WAIT)
                .mode(Mode.EXAMPLES);
    }

    @Test
    void anEnumIsTheLikeliestOfItsLabels() {
        var answer = urgency().build().ask(new Ticket("Eve", "Water drips onto the main switch"));

        var value = answer.value().orElseThrow();
        assertThat(answer.reason()).isEmpty();
        assertThat(answer.probabilities().keySet()).containsExactly(Urgency.values());
        assertThat(answer.probabilities().values().stream().mapToDouble(p -> p).sum())
                .isCloseTo(1, within(1e-6));
        assertThat(answer.probabilities().get(value))
                .isEqualTo(Collections.max(answer.probabilities().values()))
                .isCloseTo(answer.confidence().orElseThrow(), within(1e-9));
    }

    @Test
    void anUnsureAnswerIsNone() {
        var unsure = urgency().abstainBelow(1).build();
        var ticket = new Ticket("Dan", "My mouse squeaks");

        var answer = unsure.ask(ticket);

        assertThat(answer.value()).isEmpty();
        assertThat(answer.reason().orElseThrow()).contains("below 1");
        assertThat(answer.probabilities()).hasSize(2);
        assertThatExceptionOfType(AbstainedException.class)
                .isThrownBy(() -> unsure.apply(ticket))
                .withMessageContaining("below 1")
                // Not to the last digit: its prompt is in the prefix cache by now, which moves the rounding.
                .satisfies(e -> {
                    assertThat(e.answer().value()).isEmpty();
                    assertThat(e.answer().confidence().orElseThrow())
                            .isCloseTo(answer.confidence().orElseThrow(), within(0.05));
                });
    }

    @Test
    void aBooleanIsTrueOrFalse() {
        var isAnimal = client.function(String.class, Boolean.class)
                .describedAs("Is it an animal?")
                .example("horse", true)
                .example("table", false)
                .example("owl", true)
                .mode(Mode.EXAMPLES)
                .build();

        assertThat(isAnimal.ask("cat").probabilities()).containsOnlyKeys(true, false);
    }

    @Test
    void aRecordFollowsItsSchema() {
        var car = client.function(String.class, Car.class)
                .describedAs("Describe the car.")
                .example("A red car with two doors", new Car("red", 2, Optional.empty()))
                .example("Herbie, a white car with two doors", new Car("white", 2, Optional.of("Herbie")))
                .example("A blue car with five doors", new Car("blue", 5, Optional.empty()))
                .mode(Mode.EXAMPLES)
                .build();

        var answer = car.ask("A green car with four doors");

        assertThat(answer.value().orElseThrow().colour()).isEqualTo("green");
        assertThat(answer.confidence().orElseThrow()).isBetween(0.0, 1.0);
        assertThat(answer.probabilities()).isEmpty();
    }

    @Test
    void listsNumbersAndTextsCome() {
        var colours = client.function(String.class, new TypeReference<List<String>>() {})
                .describedAs("List the colours.")
                .example("a red and green flag", List.of("red", "green"))
                .example("a blue sky", List.of("blue"))
                .mode(Mode.EXAMPLES)
                .build();
        var length = client.function(String.class, int.class)
                .describedAs("How many legs has it?")
                .example("spider", 8)
                .example("dog", 4)
                .mode(Mode.EXAMPLES)
                .build();
        var plural = client.function(String.class, String.class)
                .describedAs("Write the plural of the word.")
                .example("cat", "cats")
                .example("house", "houses")
                .mode(Mode.EXAMPLES)
                .maxTokens(8)
                .build();

        assertThat(colours.apply("a yellow and black bee")).isNotEmpty();
        assertThat(length.apply("horse")).isNotNegative();
        assertThat(plural.apply("dog")).isNotBlank();
    }

    @Test
    void jsonThatIsNotCompleteIsNoAnswer() {
        var cut = client.function(String.class, Car.class)
                .describedAs("Describe the car.")
                .mode(Mode.PLAIN)
                .maxTokens(2)
                .build();

        assertThat(cut.ask("A red car").reason().orElseThrow()).contains("max_tokens");
    }

    @Test
    void aNumberThatIsTooLargeIsNoAnswer() {
        var small = client.function(String.class, byte.class)
                .describedAs("Repeat the number.")
                .example("123", (byte) 123)
                .example("7", (byte) 7)
                .mode(Mode.EXAMPLES)
                .build();

        var answer = small.ask("5000");

        assertThat(answer.value()).isEmpty();
        assertThat(answer.reason().orElseThrow()).startsWith("the answer is outside its type: ");
    }

    /// `RetryTest` says that it is where there are more inputs than a request takes, too.
    @Test
    void theWrongInputIsNamed() {
        var repeat = client.function(String.class, String.class)
                .describedAs("Repeat.")
                .mode(Mode.PLAIN)
                .maxTokens(1)
                .build();

        assertThatExceptionOfType(IcmLoraException.class)
                .isThrownBy(() -> repeat.askAll(List.of("a", "")))
                .satisfies(e ->
                        assertThat(e.errors()).extracting(FieldError::field).containsExactly("/inputs/1"))
                .withMessageContaining("/inputs/1");
        assertThat(repeat.askAll(List.of())).isEmpty();
    }

    @Test
    void whatIsWrongIsSaidFieldByField() {
        var wrong = client.function(String.class, String.class)
                .maxTokens(0)
                .mode(Mode.PLAIN)
                .build();

        assertThatExceptionOfType(IcmLoraException.class)
                .isThrownBy(() -> wrong.apply("a"))
                .satisfies(e -> {
                    assertThat(e.status()).isEqualTo(400);
                    assertThat(e.title()).isEqualTo("The request is not valid");
                    assertThat(e.errors())
                            .extracting(FieldError::field)
                            .containsExactlyInAnyOrder("/task", "/max_tokens");
                })
                .withMessageContaining("/max_tokens is 0, outside 1 to")
                .withMessageContaining("/task needs a description");
    }

    @Test
    void aFunctionIsAFunctionOfJava() {
        assertThat(Stream.of(new Ticket("Eve", "Smoke!"), new Ticket("Dan", "A question"))
                        .map(urgency().build()))
                .hasSize(2)
                .doesNotContainNull();
    }
}
