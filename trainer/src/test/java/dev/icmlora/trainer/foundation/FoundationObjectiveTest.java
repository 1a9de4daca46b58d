package dev.icmlora.trainer.foundation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import org.junit.jupiter.api.Test;

import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.Standardization;
import dev.icmlora.tasks.drawn.TaskDraws.Kind;
import dev.icmlora.trainer.TinyTraining;
import dev.icmlora.trainer.generator.GeneratorNetwork;
import dev.icmlora.trainer.generator.KlTerm;
import dev.icmlora.trainer.generator.TrainedGenerator;
import dev.icmlora.trainer.loop.RunIdentity;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.vectors.VectorDropout;
import dev.icmlora.trainer.vectors.VectorPool;

/// A, B0 and generator learn together.
class FoundationObjectiveTest extends TinyTraining {

    private static final Standardization STATISTICS = VectorPool.statistics(pools());
    private static final List<Float> RATES =
            Collections.nCopies(LAYOUT.layers() * LAYOUT.targets().size(), 1f);

    private static Foundation foundation() {
        SharedAdapter shared = SharedAdapter.initial(LAYOUT, 1, manager);
        return new Foundation(shared, new GeneratorNetwork(ARCHITECTURE, shared, 1, manager));
    }

    /// Each task has a vector of its own, by what it answers.
    private static float[] vector(Task task) {
        int index = List.of("yes", "no", "perhaps")
                .indexOf(
                        task.examples().isEmpty()
                                ? task.description().replaceAll("Say (.*)[.]", "$1")
                                : task.examples().getFirst().output());
        return STATISTICS.apply(pools().get(index).probe().vector());
    }

    private static FoundationObjective objective(Foundation foundation) {
        EpisodeSampler sampler = new EpisodeSampler(
                format,
                tasks(),
                (_, _) -> {
                    throw new AssertionError("no task is to be drawn");
                },
                new EpisodeSampler.Mix(0, List.of(Kind.RULE), 0.5, 5, 3, 400));
        SequencedMap<String, TunedValidation> validations = new LinkedHashMap<>();
        validations.put("unseen", TunedValidation.of(tasks(), format, FoundationObjectiveTest::vector, RATES));
        return new FoundationObjective(
                model,
                foundation,
                sampler,
                FoundationObjectiveTest::vector,
                validations,
                TrainedGenerator.vectorArrays(1, STATISTICS, manager),
                new FoundationObjective.Settings(4, new VectorDropout(0.1), new KlTerm(1e-3f, 10), 1),
                manager);
    }

    @Test
    void what_is_tuned_from_it_becomes_better_and_a_run_that_was_interrupted_becomes_the_same() throws IOException {
        Foundation whole = foundation();
        FoundationObjective objective = objective(whole);
        Map<String, Double> before = objective.validate();

        run(objective, Files.createTempDirectory(scratch, "whole")).train(NOWHERE, 12);

        Map<String, Double> after = objective.validate();
        assertThat(after.get("unseen_loss")).isLessThan(before.get("unseen_loss") - 0.1);
        assertThat(after.get("unseen_loss_before")).isLessThan(before.get("unseen_loss_before"));
        assertThat(after.get("unseen_loss_b0_at_4")).isLessThan(before.get("unseen_loss_b0_at_4"));
        assertThat(after.get("unseen_loss_b0_before")).isNotEqualTo(after.get("unseen_loss_before"));
        Path folder = Files.createTempDirectory(scratch, "halves");
        run(objective(foundation()), folder).train(NOWHERE, 5);
        Foundation halves = foundation();
        run(objective(halves), folder).train(NOWHERE, 7);
        whole.parameters()
                .forEach((name, matrix) -> assertThat(
                                halves.parameters().get(name).toFloatArray())
                        .as(name)
                        .containsExactly(matrix.toFloatArray()));
    }

    @Test
    void everything_is_trained() {
        Foundation foundation = foundation();
        foundation.parameters().values().forEach(matrix -> matrix.setRequiresGradient(true));
        try (var scope = manager.newSubManager();
                var gradients = Engine.getInstance().newGradientCollector()) {
            var loss = objective(foundation).step(scope, 3);
            gradients.backward(loss.loss());
            double expected =
                    loss.figures().get("loss") + 0.4e-3 * loss.figures().get("divergence");
            assertThat(loss.loss().getFloat()).isCloseTo((float) expected, within(1e-5f));
            assertThat(foundation.shared().b0())
                    .map(NDArray::getGradient)
                    .allSatisfy(gradient ->
                            assertThat(gradient.abs().max().getFloat()).isPositive());
        }
    }

    private static TrainingRun run(FoundationObjective objective, Path folder) {
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
