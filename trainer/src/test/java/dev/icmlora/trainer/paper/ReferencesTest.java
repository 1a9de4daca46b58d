package dev.icmlora.trainer.paper;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.Installation;
import dev.icmlora.engine.LoadedModel;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;

/// With the real model and the committed generator's B0.
class ReferencesTest {

    private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

    @TempDir
    private static Path folder;

    private static LoadedModel base;
    private static References references;

    @BeforeAll
    static void open() {
        Installation installation = Installation.ofThisProcess();
        GeneratorFile generator = GeneratorFile.read(installation.generator());
        base = LoadedModel.load(installation.nativeDirectory(), installation.model(), EngineOptions.DEFAULT);
        references = References.open(
                installation,
                generator.manifest().base().fingerprint(),
                generator,
                base.format(),
                folder,
                1,
                new References.Effort(8, 2, 3));
    }

    @AfterAll
    static void close() {
        references.close();
        base.close();
    }

    @Test
    void onlyWhatWasAskedForIsGivenOut() throws IOException {
        SuiteTask task = TaskSuite.create(1).tasks(Split.TRAIN).getFirst();
        Task five = new Task("Do it.", task.train().subList(0, 5));
        Task four = new Task("Do it.", task.train().subList(0, 4));
        assertThat(references.own(task)).isEmpty();

        references.train(List.of(task), List.of(), NOWHERE);
        references.trainOn(Map.of(task, five), NOWHERE);

        List<List<NamedTensor>> checkpoints = references.own(task);
        assertThat(checkpoints).hasSize(2);
        assertThat(checkpoints.getFirst().getFirst().data())
                .isNotEqualTo(checkpoints.getLast().getFirst().data());
        assertThat(references.trainedOn(task, five)).isPresent();
        assertThat(references.trainedOn(task, four)).isEmpty();
    }

    @Test
    void whatWasTrainedOnceIsNotTrainedAgain() throws IOException {
        SuiteTask task = TaskSuite.create(1).tasks(Split.TRAIN).getLast();
        Task stated = new Task("Do it.", task.train().subList(0, 5));
        references.trainOn(Map.of(task, stated), NOWHERE);
        ByteArrayOutputStream said = new ByteArrayOutputStream();

        references.trainOn(Map.of(task, stated), new PrintStream(said));

        assertThat(said.toString()).isEmpty();
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
