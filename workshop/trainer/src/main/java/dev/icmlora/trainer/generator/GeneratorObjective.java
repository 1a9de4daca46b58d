package dev.icmlora.trainer.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.curriculum.StepRandom;
import dev.icmlora.trainer.generator.ConditionalBatch.Learner;
import dev.icmlora.trainer.generator.GeneratorNetwork.Generated;
import dev.icmlora.trainer.loop.Objective;
import dev.icmlora.trainer.loss.AnswerLoss;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.shared.SharedAdapter;

/// Learns prior and decoder through the frozen base model: the loss is that of the answers under the generated
/// adapters, plus beta times the prior's distance from N(0, I).
public final class GeneratorObjective implements Objective {
    private final BaseModel model;
    private final GeneratorNetwork network;
    private final SharedAdapter shared;
    private final List<Learner> learners;
    private final PromptSampler sampler;
    private final Examinations examinations;
    private final Settings settings;
    private final NDManager manager;

    /// @param tasksPerStep different tasks in a step
    /// @param tokensPerStep samples are drawn, task after task, until they have so many tokens
    /// @param vectorDropout share of a task vector's values that a step does not see
    /// @param kl how the KL term counts
    /// @param seed of the batches
    record Settings(int tasksPerStep, int tokensPerStep, double vectorDropout, KlTerm kl, long seed) {}

    GeneratorObjective(
            BaseModel model,
            GeneratorNetwork network,
            SharedAdapter shared,
            List<Learner> learners,
            PromptSampler sampler,
            Examinations examinations,
            Settings settings,
            NDManager manager) {
        this.model = model;
        this.network = network;
        this.shared = shared;
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

    @Override
    public SequencedMap<String, NDArray> constants() {
        SequencedMap<String, NDArray> constants = examinations.vectorArrays(manager);
        constants.putAll(shared.matrices());
        return constants;
    }

    @Override
    public StepLoss step(NDManager scope, long step) {
        RandomGenerator random = StepRandom.of(settings.seed, step);
        ConditionalBatch batch = ConditionalBatch.draw(
                        learners, settings.tasksPerStep, network.latent(), examinations.statistics(), random)
                .dropping(settings.vectorDropout, random);
        List<Batch.Sample> samples = new ArrayList<>();
        for (int tokens = 0; tokens < settings.tokensPerStep || samples.size() < batch.size(); ) {
            int owner = samples.size() % batch.size();
            Batch.Sample sample = sampler.draw(
                    batch.learners().get(owner).task(),
                    batch.conditionings().get(owner).examples(),
                    owner,
                    random);
            samples.add(sample);
            tokens += sample.length();
        }

        Generated generated = network.generate(scope, batch.vectors(), batch.noise());
        AnswerLoss answers = AnswerLoss.of(scope, model, generated.lora(), samples);
        NDArray divergence = settings.kl.of(generated.divergence());
        NDArray loss = answers.mean().add(divergence.mul(settings.kl.weight(step)));

        SequencedMap<String, Double> figures = answers.figures();
        figures.put("divergence", (double) divergence.getFloat());
        return new StepLoss(loss, figures);
    }

    /// Scores the mean adapters of the probes.
    @Override
    public SequencedMap<String, Double> validate() {
        return examinations.figures(network::adapters, manager);
    }
}
