package dev.icmlora.trainer.foundation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.engine.tune.TuningOptions;
import dev.icmlora.generator.task.Task;
import dev.icmlora.trainer.curriculum.StepRandom;
import dev.icmlora.trainer.generator.GeneratorNetwork.Generated;
import dev.icmlora.trainer.generator.KlTerm;
import dev.icmlora.trainer.loop.Objective;
import dev.icmlora.trainer.loss.AnswerLoss;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Lora;
import dev.icmlora.trainer.vectors.VectorDropout;

/// Learns a foundation so that adapters tuned from it answer well, and so does what tuning begins with, with examples
/// in
/// the prompt or without. A quarter of the tasks begin with B0 alone, so that it does not come to need the residual.
final class TunedObjective implements Objective {
    private final BaseModel model;
    private final Foundation foundation;
    private final EpisodeSampler sampler;
    private final Function<Task, float[]> vectors;
    private final SequencedMap<String, TunedValidation> validations;
    private final SequencedMap<String, NDArray> constants;
    private final Settings settings;
    private final NDManager manager;

    /// @param tasks of a step, each with an adapter of its own
    /// @param innerSteps numbers of tuning steps, of which each step draws one
    /// @param before how much the loss of what tuning begins with counts beside that of tuned adapters
    /// @param dropout of task vectors
    /// @param kl how the KL term counts
    record Settings(int tasks, List<Integer> innerSteps, float before, VectorDropout dropout, KlTerm kl, long seed) {
        static Settings of(long seed) {
            return new Settings(4, List.of(2, 4, 6), 0.5f, new VectorDropout(0.25), new KlTerm(2e-4f, 100), seed);
        }
    }

    /// @param vectors takes a task's vector, standardised
    /// @param validations by name
    /// @param constants that a checkpoint holds beside what is trained
    TunedObjective(
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
        int steps = settings.innerSteps.get(random.nextInt(settings.innerSteps.size()));

        Generated starts = starts(scope, episodes, random);
        AnswerLoss after =
                AnswerLoss.of(scope, model, tuned(scope, starts.lora(), episodes, steps), samples(episodes, false));
        AnswerLoss before = AnswerLoss.of(scope, model, starts.lora(), samples(episodes, true));
        NDArray divergence = settings.kl.of(starts.divergence());

        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        figures.put("loss", (double) after.mean().getFloat());
        figures.put("token_accuracy", after.hits());
        figures.put("loss_before", (double) before.mean().getFloat());
        figures.put("divergence", (double) divergence.getFloat());
        figures.put("answer_tokens", (double) after.answerTokens() + before.answerTokens());
        NDArray loss =
                after.mean().add(before.mean().mul(settings.before)).add(divergence.mul(settings.kl.weight(step)));
        return new StepLoss(loss, figures);
    }

    /// What each episode's tuning begins with.
    private Generated starts(NDManager scope, List<Episode> episodes, RandomGenerator random) {
        int tasks = episodes.size();
        float[][] conditions = new float[tasks][];
        float[][] noise = new float[tasks][foundation.network().latent()];
        float[] strengths = new float[tasks];
        for (int i = 0; i < tasks; i++) {
            float[] vector = vectors.apply(episodes.get(i).condition(random));
            conditions[i] = settings.dropout.of(vector, random);
            strengths[i] = random.nextInt(4) == 0 ? 0 : 1;
            for (int k = 0; k < noise[i].length; k++) {
                noise[i][k] = (float) random.nextGaussian();
            }
        }
        return foundation.starts(scope, conditions, noise, strengths);
    }

    /// Adapters that depend on their starts as if tuning had added something fixed to them, and on the rates as if it
    /// had added so much more or less.
    private Lora tuned(NDManager scope, Lora starts, List<Episode> episodes, int steps) {
        List<Batch.Sample> samples = IntStream.range(0, episodes.size())
                .mapToObj(owner -> episodes.get(owner).toTune(sampler.format(), owner))
                .toList();
        TuningOptions options = TunedValidation.OPTIONS.withSteps(steps);
        NDArray rates = foundation.shared().tuningRates();
        List<NDArray> tuned = new InnerTuning(model, options)
                .tune(scope, starts, rates.toFloatArray(), samples)
                .b();
        NDArray one = rates.div(rates.stopGradient());
        List<NDArray> b = IntStream.range(0, tuned.size())
                .mapToObj(i -> {
                    NDArray start = starts.b().get(i);
                    NDArray added = tuned.get(i).sub(start.stopGradient());
                    return start.add(added.mul(one.get(i)));
                })
                .toList();
        return foundation.shared().lora(b);
    }

    /// The questions of each episode, for its adapter.
    ///
    /// @param packed every other episode's as one prompt, each with those before it and their answers in view
    private List<Batch.Sample> samples(List<Episode> episodes, boolean packed) {
        List<Batch.Sample> samples = new ArrayList<>();
        for (int i = 0; i < episodes.size(); i++) {
            Episode episode = episodes.get(i);
            samples.add(
                    packed && i % 2 == 0
                            ? episode.inContext(sampler.format(), i)
                            : episode.toAnswer(sampler.format(), i));
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
