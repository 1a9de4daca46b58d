package dev.icmlora.trainer.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;

import dev.icmlora.generator.task.Example;
import dev.icmlora.trainer.TinyTraining;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Lora;
import dev.icmlora.trainer.shared.SharedAdapter;

/// How much each adapter of a batch has to say.
class AnswerLossTest extends TinyTraining {

    @Test
    void an_adapter_that_is_asked_more_has_no_more_say() {
        try (NDManager scope = manager.newSubManager()) {
            SharedAdapter shared = SharedAdapter.initial(LAYOUT, 1, scope);
            Lora two = shared.lora(shared.b0().stream().map(b -> b.repeat(0, 2)).toList());
            List<Batch.Sample> few = samples("short", "yes", 1, 0);
            List<Batch.Sample> many = samples("long", "perhaps not, if you ask me", 5, 1);

            float together =
                    mean(scope, two, Stream.concat(few.stream(), many.stream()).toList());

            assertThat(together).isCloseTo((mean(scope, two, few) + mean(scope, two, many)) / 2, within(1e-4f));
        }
    }

    private static List<Batch.Sample> samples(String question, String answer, int count, int owner) {
        return IntStream.range(0, count)
                .mapToObj(i ->
                        new Batch.Sample(format.packed("", List.of(new Example(question + " " + i, answer))), owner))
                .toList();
    }

    private static float mean(NDManager scope, Lora lora, List<Batch.Sample> samples) {
        return AnswerLoss.of(scope, model, lora, samples).mean().getFloat();
    }
}
