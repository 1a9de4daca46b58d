package dev.icmlora.trainer.paper;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.icmlora.llama.NamedTensor;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.trainer.TinyTraining;
import dev.icmlora.trainer.shared.SharedAdapter;

class ReferencesTest extends TinyTraining {

    private References references;

    /// Whoever opens references lets them close the model, which tests share.
    @BeforeEach
    void onTheTinyModel() throws IOException {
        references = new References(
                manager,
                model,
                "base",
                SharedAdapter.initial(LAYOUT, 1, manager),
                format,
                Files.createTempDirectory(scratch, "references"),
                new References.Effort(8, 2, References.Effort.DEFAULT.diffusion()));
    }

    @Test
    void onlyWhatWasAskedForIsGivenOut() throws IOException {
        SuiteTask yes = tasks().getFirst().task();
        SuiteTask no = tasks().get(1).task();
        assertThat(references.own(yes)).isEmpty();

        references.train(List.of(yes), List.of(), NOWHERE);

        List<List<NamedTensor>> checkpoints = references.own(yes);
        assertThat(checkpoints).hasSize(2);
        assertThat(checkpoints.getFirst().getFirst().data())
                .isNotEqualTo(checkpoints.getLast().getFirst().data());
        assertThat(references.own(no)).isEmpty();
        // The same task with other examples is another one.
        assertThat(references.own(new SuiteTask(
                        yes.id(), yes.family(), yes.descriptions(), yes.train().subList(0, 19), yes.test())))
                .isEmpty();
    }

    @Test
    void whatWasTrainedOnceIsNotTrainedAgain() throws IOException {
        SuiteTask task = tasks().getLast().task();
        references.train(List.of(task), List.of(), NOWHERE);
        ByteArrayOutputStream said = new ByteArrayOutputStream();

        references.train(List.of(task), List.of(), new PrintStream(said));

        assertThat(said.toString()).isEmpty();
        assertThat(references.own(task)).hasSize(2);
    }

    @Test
    void diffusionDrawsTheLatentThatBelongsToAVector() {
        Random random = new Random(4);
        List<float[]> vectors = new ArrayList<>();
        List<float[]> latents = new ArrayList<>();
        for (int task = 0; task < 4; task++) {
            vectors.add(gaussian(random, 24));
            latents.add(gaussian(random, 6));
        }

        try (LatentDiffusion diffusion = references.diffusion(vectors, latents)) {
            for (int task = 0; task < 4; task++) {
                float[] drawn = diffusion.draw(vectors.get(task), new SplittableRandom(task));
                float[] own = latents.get(task);
                assertThat(latents.stream().min(Comparator.comparingDouble(latent -> distance(latent, drawn))))
                        .contains(own);
            }
        }
    }

    private static float[] gaussian(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }
}
