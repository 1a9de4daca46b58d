package dev.icmlora.trainer.shared;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.random.RandomGenerator;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.curriculum.StepRandom;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.loop.Objective;
import dev.icmlora.trainer.loss.AnswerLoss;
import dev.icmlora.trainer.loss.Validation;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;

/// Learns A and B0 together, as one adapter for all training tasks, on queries and packed sequences.
public final class SharedAdapterObjective implements Objective {
    private final BaseModel model;
    private final SharedAdapter adapter;
    private final List<TrainingTask> tasks;
    private final PromptSampler sampler;
    private final SequencedMap<String, Validation> validations;
    private final int tokensPerStep;
    private final long seed;
    private final NDManager manager;

    /// @param tasks drawn from uniformly
    /// @param validations sets of queries by name
    /// @param tokensPerStep samples are drawn until they have so many tokens
    public SharedAdapterObjective(
            BaseModel model,
            SharedAdapter adapter,
            List<TrainingTask> tasks,
            PromptSampler sampler,
            SequencedMap<String, Validation> validations,
            int tokensPerStep,
            long seed,
            NDManager manager) {
        this.model = model;
        this.adapter = adapter;
        this.tasks = tasks;
        this.sampler = sampler;
        this.validations = validations;
        this.tokensPerStep = tokensPerStep;
        this.seed = seed;
        this.manager = manager;
    }

    @Override
    public SequencedMap<String, NDArray> parameters() {
        return adapter.matrices();
    }

    @Override
    public StepLoss step(NDManager scope, long step) {
        RandomGenerator random = StepRandom.of(seed, step);
        List<Batch.Sample> samples = new ArrayList<>();
        for (int tokens = 0; tokens < tokensPerStep; ) {
            Batch.Sample sample = sampler.draw(PromptSampler.pick(tasks, random), Set.of(), 0, random);
            samples.add(sample);
            tokens += sample.length();
        }
        AnswerLoss loss = AnswerLoss.of(scope, model, adapter.lora(), samples);
        return new StepLoss(loss.mean(), loss.figures());
    }

    @Override
    public SequencedMap<String, Double> validate() {
        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        validations.forEach((name, validation) -> {
            Validation.Score score = validation.score(manager, model, adapter.lora());
            figures.put(name + "_loss", score.loss());
            figures.put(name + "_exact", score.exact());
        });
        return figures;
    }
}
