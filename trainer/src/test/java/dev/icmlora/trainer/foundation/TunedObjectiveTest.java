package dev.icmlora.trainer.foundation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import org.junit.jupiter.api.Test;

import dev.icmlora.tasks.drawn.TaskDraws.Kind;
import dev.icmlora.trainer.TinyTraining;
import dev.icmlora.trainer.loop.RunIdentity;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.shared.SharedAdapter;

/// A and B0 learn to be tuned.
class TunedObjectiveTest extends TinyTraining {

    private static TunedObjective objective(SharedAdapter adapter) {
        EpisodeSampler sampler = new EpisodeSampler(
                format,
                tasks(),
                (_, _) -> {
                    throw new AssertionError("no task is to be drawn");
                },
                new EpisodeSampler.Mix(0, List.of(Kind.RULE), 0.5, 5, 3, 400));
        SequencedMap<String, TunedValidation> validations = new LinkedHashMap<>();
        validations.put("unseen", TunedValidation.of(tasks(), format));
        return new TunedObjective(
                model, adapter, sampler, validations, new TunedObjective.Settings(2, List.of(1, 2), 0.5f, 1), manager);
    }

    @Test
    void what_is_tuned_from_it_becomes_better_and_a_run_that_was_interrupted_becomes_the_same() throws IOException {
        SharedAdapter whole = SharedAdapter.initial(LAYOUT, 1, manager);
        TunedObjective objective = objective(whole);
        Map<String, Double> before = objective.validate();

        run(objective, Files.createTempDirectory(scratch, "whole")).train(NOWHERE, 12);

        Map<String, Double> after = objective.validate();
        assertThat(after.get("unseen_loss")).isLessThan(before.get("unseen_loss") - 0.1);
        assertThat(after.get("unseen_loss_before")).isLessThan(before.get("unseen_loss_before"));
        Path folder = Files.createTempDirectory(scratch, "halves");
        run(objective(SharedAdapter.initial(LAYOUT, 1, manager)), folder).train(NOWHERE, 5);
        SharedAdapter halves = SharedAdapter.initial(LAYOUT, 1, manager);
        run(objective(halves), folder).train(NOWHERE, 7);
        whole.matrices()
                .forEach(
                        (name, matrix) -> assertThat(halves.matrices().get(name).toFloatArray())
                                .as(name)
                                .containsExactly(matrix.toFloatArray()));
    }

    @Test
    void the_gradient_is_that_of_the_tuned_adapters_and_a_half_of_that_before() {
        SharedAdapter adapter = SharedAdapter.initial(LAYOUT, 1, manager);
        adapter.matrices().values().forEach(matrix -> matrix.setRequiresGradient(true));
        try (var scope = manager.newSubManager();
                var gradients = Engine.getInstance().newGradientCollector()) {
            var loss = objective(adapter).step(scope, 3);
            gradients.backward(loss.loss());
            assertThat(loss.loss().getFloat()).isEqualTo((float)
                    (loss.figures().get("loss") + 0.5 * loss.figures().get("loss_before")));
            assertThat(adapter.b0())
                    .map(NDArray::getGradient)
                    .allSatisfy(gradient ->
                            assertThat(gradient.abs().max().getFloat()).isPositive());
        }
    }

    private static TrainingRun run(TunedObjective objective, Path folder) {
        return new TrainingRun(
                RunIdentity.of("foundation", "test", "base", tasks()),
                objective,
                schedule(12),
                new TrainingRun.Intervals(5, 50, 50),
                folder,
                () -> false,
                manager);
    }
}
