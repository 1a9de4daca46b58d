package dev.icmlora.trainer.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.generator.task.Prompt;
import dev.icmlora.generator.vector.Standardization;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.train.GeneratorNetwork.Generated;

/// Learns prior and decoder through the frozen base model: the loss is that of the answers under the generated
/// adapters,
/// plus beta times the prior's distance from N(0, I).
final class GeneratorObjective implements Objective {
    private final BaseModel model;
    private final GeneratorNetwork network;
    private final SharedAdapter shared;
    private final Standardization statistics;
    private final List<Learner> learners;
    private final PromptSampler sampler;
    private final SequencedMap<String, Examination> examinations;
    private final Settings settings;
    private final NDManager manager;

    /// A task that is trained on.
    record Learner(TrainingTask task, VectorPool pool) {}

    /// Queries and the task vectors of the tasks that they are of.
    record Examination(Validation validation, List<VectorPool> pools) {}

    /// @param tasksPerStep different tasks in a step
    /// @param tokensPerStep prompts are drawn, task after task, until they have so many tokens
    /// @param beta weight of the KL term
    /// @param betaWarmUp steps until it is reached
    /// @param freeBits KL of a latent dimension, in nats, that costs nothing
    /// @param seed of the batches
    record Settings(int tasksPerStep, int tokensPerStep, float beta, int betaWarmUp, float freeBits, long seed) {}

    GeneratorObjective(
            BaseModel model,
            GeneratorNetwork network,
            SharedAdapter shared,
            Standardization statistics,
            List<Learner> learners,
            PromptSampler sampler,
            SequencedMap<String, Examination> examinations,
            Settings settings,
            NDManager manager) {
        this.model = model;
        this.network = network;
        this.shared = shared;
        this.statistics = statistics;
        this.learners = learners;
        this.sampler = sampler;
        this.examinations = examinations;
        this.settings = settings;
        this.manager = manager;
    }

    @Override
    public SequencedMap<String, NDArray> parameters() {
        return network.parameters();
    }

    /// What the exported generator needs beside the parameters, so that a checkpoint is complete.
    @Override
    public SequencedMap<String, NDArray> constants() {
        SequencedMap<String, NDArray> constants = new LinkedHashMap<>();
        constants.put("vector.mean", manager.create(statistics.mean()));
        constants.put("vector.deviation", manager.create(statistics.deviation()));
        constants.putAll(shared.matrices());
        return constants;
    }

    @Override
    public StepLoss step(NDManager scope, long step) {
        RandomGenerator random = StepRandom.of(settings.seed, step);
        int count = Math.min(settings.tasksPerStep, learners.size());
        int[] chosen = random.ints(0, learners.size()).distinct().limit(count).toArray();
        List<VectorPool.Conditioning> conditionings = IntStream.of(chosen)
                .mapToObj(i -> learners.get(i).pool.draw(random))
                .toList();
        float[][] noise = new float[count][network.latent()];
        for (float[] row : noise) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        List<Batch.Sample> samples = new ArrayList<>();
        for (int tokens = 0; tokens < settings.tokensPerStep || samples.size() < count; ) {
            int owner = samples.size() % count;
            Prompt prompt = sampler.draw(
                    learners.get(chosen[owner]).task, conditionings.get(owner).examples(), random);
            samples.add(new Batch.Sample(prompt, owner));
            tokens += prompt.tokens().length;
        }

        Generated generated = network.generate(scope, standardised(conditionings), noise);
        AnswerLoss answers = AnswerLoss.of(scope, model, generated.lora(), samples);
        NDArray divergence =
                generated.divergence().maximum(settings.freeBits).sum().div(count);
        float beta = settings.beta * Math.min(1, (step + 1f) / settings.betaWarmUp);
        NDArray loss = answers.mean().add(divergence.mul(beta));

        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        figures.put("loss", (double) answers.mean().getFloat());
        figures.put("divergence", (double) divergence.getFloat());
        figures.put("token_accuracy", answers.hits());
        figures.put("answer_tokens", (double) answers.answerTokens());
        figures.put("tokens", (double) answers.paddedTokens());
        return new StepLoss(loss, figures);
    }

    private float[][] standardised(List<VectorPool.Conditioning> conditionings) {
        return conditionings.stream()
                .map(conditioning -> statistics.apply(conditioning.vector()))
                .toArray(float[][]::new);
    }

    /// Scores the mean adapters of the probes.
    @Override
    public SequencedMap<String, Double> validate() {
        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        examinations.forEach((name, examination) -> {
            float[][] vectors = standardised(
                    examination.pools.stream().map(VectorPool::probe).toList());
            try (NDManager scope = manager.newSubManager()) {
                Generated generated = network.generate(scope, vectors, new float[vectors.length][network.latent()]);
                Validation.Score score = examination.validation.score(scope, model, generated.lora());
                figures.put(name + "_loss", score.loss());
                figures.put(name + "_exact", score.exact());
            }
        });
        return figures;
    }
}
