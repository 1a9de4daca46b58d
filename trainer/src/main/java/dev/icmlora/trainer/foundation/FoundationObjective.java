package dev.icmlora.trainer.foundation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.generator.task.Task;
import dev.icmlora.trainer.curriculum.StepRandom;
import dev.icmlora.trainer.generator.GeneratorNetwork.Generated;
import dev.icmlora.trainer.generator.KlTerm;
import dev.icmlora.trainer.loop.Objective;
import dev.icmlora.trainer.loss.AnswerLoss;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.vectors.VectorDropout;

/// Learns a foundation whose adapters answer well, with examples in the prompt or without. Half of the tasks begin with
/// B0 alone, so that it does not come to need the residual.
final class FoundationObjective implements Objective {
    private final BaseModel model;
    private final Foundation foundation;
    private final EpisodeSampler sampler;
    private final Function<Task, float[]> vectors;
    private final SequencedMap<String, TunedValidation> validations;
    private final SequencedMap<String, NDArray> constants;
    private final Settings settings;
    private final NDManager manager;

    /// @param tasks of a step, each with an adapter of its own
    /// @param dropout of task vectors
    /// @param kl how the KL term counts
    record Settings(int tasks, VectorDropout dropout, KlTerm kl, long seed) {
        static Settings of(long seed) {
            return new Settings(8, new VectorDropout(0.25), new KlTerm(2e-4f, 100), seed);
        }
    }

    /// @param vectors takes a task's vector, standardised
    /// @param validations by name
    /// @param constants that a checkpoint holds beside what is trained
    FoundationObjective(
            BaseModel model,
            Foundation foundation,
            EpisodeSampler sampler,
            Function<Task, float[]> vectors,
            SequencedMap<String, TunedValidation> validations,
            SequencedMap<String, NDArray> constants,
            Settings settings,
            NDManager manager) {
        this.model = model;
        this.foundation = foundation;
        this.sampler = sampler;
        this.vectors = vectors;
        this.validations = validations;
        this.constants = constants;
        this.settings = settings;
        this.manager = manager;
    }

    @Override
    public SequencedMap<String, NDArray> parameters() {
        return foundation.parameters();
    }

    @Override
    public SequencedMap<String, NDArray> constants() {
        return constants;
    }

    @Override
    public StepLoss step(NDManager scope, long step) {
        foundation.lend(scope);
        RandomGenerator random = StepRandom.of(settings.seed, step);
        List<Episode> episodes = Stream.generate(() -> sampler.draw(random))
                .limit(settings.tasks)
                .toList();
        Generated starts = starts(scope, episodes, random);
        AnswerLoss answers = AnswerLoss.of(scope, model, starts.lora(), samples(episodes));
        NDArray divergence = settings.kl.of(starts.divergence());

        SequencedMap<String, Double> figures = answers.figures();
        figures.put("divergence", (double) divergence.getFloat());
        return new StepLoss(answers.mean().add(divergence.mul(settings.kl.weight(step))), figures);
    }

    private Generated starts(NDManager scope, List<Episode> episodes, RandomGenerator random) {
        int tasks = episodes.size();
        float[][] conditions = new float[tasks][];
        float[][] noise = new float[tasks][foundation.network().latent()];
        float[] strengths = new float[tasks];
        for (int i = 0; i < tasks; i++) {
            strengths[i] = random.nextInt(2);
            conditions[i] = strengths[i] == 0
                    // B0 is the same for all tasks, and reading one takes a while.
                    ? new float[foundation.network().condition()]
                    : settings.dropout.of(vectors.apply(episodes.get(i).condition(random)), random);
            for (int k = 0; k < noise[i].length; k++) {
                noise[i][k] = (float) random.nextGaussian();
            }
        }
        return foundation.starts(scope, conditions, noise, strengths);
    }

    /// The questions of each episode, for its adapter: every other episode's as one prompt, each with those before it
    /// and their answers in view.
    private List<Batch.Sample> samples(List<Episode> episodes) {
        List<Batch.Sample> samples = new ArrayList<>();
        for (int i = 0; i < episodes.size(); i++) {
            Episode episode = episodes.get(i);
            samples.add(i % 2 == 0 ? episode.inContext(sampler.format(), i) : episode.toAnswer(sampler.format(), i));
        }
        return samples;
    }

    @Override
    public SequencedMap<String, Double> validate() {
        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        validations.forEach((name, validation) -> validation
                .figures(manager, model, foundation)
                .forEach((figure, value) -> figures.put(name + "_" + figure, value)));
        return figures;
    }
}
