package dev.icmlora.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import dev.icmlora.client.IcmLoraException.FieldError;
import dev.icmlora.client.JobStatus.State;

/// Functions under names and jobs, against the function with the real model.
@ExtendWith(RunningFunction.class)
class NamedFunctionIT {

    enum Urgency {
        IMMEDIATE,
        WAIT
    }

    enum Colour {
        RED,
        GREEN
    }

    private final IcmLoraClient client;
    private final String name = "f" + UUID.randomUUID();

    NamedFunctionIT(URI function) {
        client = IcmLoraClient.of(function);
    }

    private <O> FunctionBuilder<String, O> named(String as, Class<O> output) {
        return client.function(as, String.class, output).mode(Mode.PLAIN);
    }

    private TypedFunction<String, Urgency> urgency() {
        return named(name, Urgency.class).describedAs("How urgent is it?").build();
    }

    @Test
    void aProgramGetsWhatItDefined() {
        var urgency = urgency();
        urgency();
        assertThatExceptionOfType(IcmLoraException.class)
                .isThrownBy(() -> named(name + "@2", Urgency.class).build())
                .satisfies(e -> assertThat(e.status()).isEqualTo(404));

        var colour = named(name, Colour.class)
                .describedAs("Which colour has it?")
                .example("blood", Colour.RED)
                .build();

        assertThat(colour.ask("grass").probabilities()).containsOnlyKeys(Colour.values());
        assertThat(urgency.ask("Fire!").probabilities()).containsOnlyKeys(Urgency.values());
    }

    @Test
    void aProgramUsesWhatAnotherOneDefined() {
        urgency();

        assertThat(named(name, Urgency.class).build().apply("Fire!")).isNotNull();
        assertThat(named(name + "@1", String.class).build().apply("Fire!")).isIn("IMMEDIATE", "WAIT");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> named(name, Colour.class).build())
                .withMessageContaining(name + "@1")
                .withMessageContaining("'IMMEDIATE' is none of [RED, GREEN]");
    }

    @Test
    void aFunctionIsNotDefinedWithWhatTheServerRefuses() {
        assertThatExceptionOfType(IcmLoraException.class)
                .isThrownBy(() ->
                        named(name, String.class).describedAs("a".repeat(2001)).build())
                .satisfies(e ->
                        assertThat(e.errors()).extracting(FieldError::field).containsExactly("/task/description"));
    }

    @Test
    void aJobAnswersInTheOrderOfItsInputs() {
        var urgency = urgency();

        var id = urgency.submit(List.of("Fire!", "", "I want a new chair.")).id();
        var job = urgency.job(id);

        var status = job.await(Duration.ofMinutes(2));
        assertThat(status.state()).isEqualTo(State.COMPLETED);
        assertThat(status.inputs()).isEqualTo(3);
        assertThat(status.done()).hasValue(3);
        try (var results = job.results()) {
            var answers = results.toList();
            assertThat(answers).hasSize(3);
            assertThat(answers.get(0).probabilities()).containsOnlyKeys(Urgency.values());
            assertThat(answers.get(1).reason()).contains("/inputs/1 must not be empty");
            assertThat(answers.get(2).value()).isPresent();
        }
        job.delete();
        assertThatExceptionOfType(IcmLoraException.class)
                .isThrownBy(job::status)
                .satisfies(e -> assertThat(e.status()).isEqualTo(404));
    }

    @Test
    void aJobThatIsCancelledHasNoResults() {
        var job = client.function(String.class, String.class)
                .describedAs("Tell a story.")
                .mode(Mode.PLAIN)
                .build()
                .submit(Collections.nCopies(5000, "a long story"));

        assertThat(job.await(Duration.ZERO).state()).isEqualTo(State.OPEN);
        job.cancel();
        job.cancel();

        assertThat(job.await(Duration.ofMinutes(2)).state()).isEqualTo(State.CANCELLED);
        assertThatExceptionOfType(IcmLoraException.class)
                .isThrownBy(job::results)
                .satisfies(e -> assertThat(e.status()).isEqualTo(409));
    }

    @Test
    void aJobWantsInputs() {
        assertThatExceptionOfType(IcmLoraException.class)
                .isThrownBy(() -> urgency().submit(List.of()))
                .satisfies(e ->
                        assertThat(e.errors()).extracting(FieldError::field).containsExactly("/inputs"));
    }
}
