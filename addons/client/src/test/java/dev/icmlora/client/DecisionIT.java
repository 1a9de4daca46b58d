package dev.icmlora.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.net.URI;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import dev.icmlora.client.IcmLoraException.FieldError;

/// Decisions, against the function with the real model.
@ExtendWith(RunningFunction.class)
class DecisionIT {

    enum Team {
        BILLING,
        TECHNICAL
    }

    record Ticket(String channel, String text) {}

    private static final Ticket TICKET = new Ticket("mail", "I was charged twice for one order.");
    private static final List<String> LEVELS = List.of("can wait", "this week", "today");

    private final IcmLoraClient client;

    DecisionIT(URI function) {
        client = IcmLoraClient.of(function);
    }

    private static void requireWhole(Decision<?> decision) {
        assertThat(decision.probabilities().values().stream()
                        .mapToDouble(p -> p)
                        .sum())
                .isCloseTo(1, within(1e-6));
        assertThat(decision.probability())
                .isEqualTo(decision.probabilities().get(decision.value()))
                .isGreaterThanOrEqualTo(1.0 / decision.probabilities().size());
        assertThat(decision.confidence()).isBetween(0.0, 1.0);
    }

    @Test
    void questionsOfEachTypeAreAnsweredTogether() {
        var decisions = client.decide(TICKET)
                .choice("team", Team.class)
                .asks("Which team answers it?")
                .option(Team.BILLING, "Payments and refunds")
                .score("urgency", LEVELS)
                .asks("How urgent is it?")
                .yesNo("angry")
                .asks("Is the customer angry?")
                .answers();

        assertThat(decisions.byName().keySet()).containsExactly("team", "urgency", "angry");
        decisions.byName().values().forEach(DecisionIT::requireWhole);
        assertThat(decisions.of("team", Team.class).probabilities()).containsOnlyKeys(Team.values());
        assertThat(decisions.of("urgency", String.class).probabilities().keySet())
                .containsExactlyElementsOf(LEVELS);
        assertThat(decisions.of("urgency", String.class).score().orElseThrow()).isBetween(0.0, 2.0);
        assertThat(decisions.of("angry", Boolean.class).probabilities()).containsOnlyKeys(true, false);
    }

    @Test
    void examplesAreLearned() {
        var team = client.decide("Please send me the invoice again.")
                .choice("team", Team.class)
                .asks("Which team answers it?")
                .example("Where is my money?", Team.BILLING)
                .example("The page stays white.", Team.TECHNICAL)
                .example("Your invoice is wrong.", Team.BILLING)
                .example("I cannot log in.", Team.TECHNICAL)
                .answer();

        requireWhole(team);
        assertThat(team.value()).isEqualTo(Team.BILLING);
    }

    @Test
    void aFunctionAnswersByItsName() {
        var name = "f" + UUID.randomUUID();
        client.function(name, String.class, Team.class)
                .describedAs("Which team answers it?")
                .build();

        requireWhole(
                client.decide(TICKET).choice("team", Team.class).function(name).answer());
        assertThatExceptionOfType(IcmLoraException.class)
                .isThrownBy(() -> client.decide(TICKET)
                        .choice("team", LEVELS)
                        .function(name)
                        .answer())
                .satisfies(e -> assertThat(e.errors())
                        .extracting(FieldError::field)
                        .containsExactly("/questions/team/criteria"));
        assertThatExceptionOfType(IcmLoraException.class)
                .isThrownBy(() -> client.decide(TICKET)
                        .choice("team", Team.class)
                        .function(name + "@2")
                        .answer())
                .satisfies(e -> assertThat(e.status()).isEqualTo(404));
    }

    @Test
    void whatTheFunctionRefusesNamesTheField() {
        assertThatExceptionOfType(IcmLoraException.class)
                .isThrownBy(() ->
                        client.decide(TICKET).choice("team", List.of("billing")).answer())
                .satisfies(e -> {
                    assertThat(e.status()).isEqualTo(422);
                    assertThat(e.errors()).extracting(FieldError::field).containsExactly("/questions/team/criteria");
                })
                .withMessageContaining("has 1 entries, fewer than the 2");
        assertThatExceptionOfType(IcmLoraException.class)
                .isThrownBy(() -> client.decide(TICKET).answers())
                .satisfies(e ->
                        assertThat(e.errors()).extracting(FieldError::field).containsExactly("/questions"));
    }
}
