package dev.icmlora.trainer.paper;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.random.RandomGenerator;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.curriculum.StepRandom;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.loop.Objective;
import dev.icmlora.trainer.loss.AnswerLoss;
import dev.icmlora.trainer.loss.Validation;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Lora;
import dev.icmlora.trainer.shared.SharedAdapter;

/// Learns an adapter of its own for each of some tasks, all in one batch. Only B is learned; it begins as B0.
///
/// Adam takes every number by itself, so the tasks feel each other only where the gradients are clipped to one norm.
public final class ZooObjective implements Objective {
    private final BaseModel model;
    private final SharedAdapter shared;
    private final List<TrainingTask> tasks;
    private final PromptSampler sampler;
    private final Validation validation;
    private final long seed;
    private final NDManager manager;
    private final SequencedMap<String, NDArray> b = new LinkedHashMap<>();

    /// @param validation queries whose owner is the index of a task
    /// @param manager owner of the adapters
    ZooObjective(
            BaseModel model,
            SharedAdapter shared,
            List<TrainingTask> tasks,
            PromptSampler sampler,
            Validation validation,
            long seed,
            NDManager manager) {
        this.model = model;
        this.shared = shared;
        this.tasks = tasks;
        this.sampler = sampler;
        this.validation = validation;
        this.seed = seed;
        this.manager = manager;
        shared.namesOfB().forEach(name -> {
            NDArray b0 = shared.matrices().get(name);
            Shape each =
                    new Shape(tasks.size(), b0.getShape().get(1), b0.getShape().get(2));
            try (NDArray view = b0.broadcast(each)) {
                NDArray own = view.duplicate();
                own.attach(manager);
                b.put(name, own);
            }
        });
    }

    @Override
    public SequencedMap<String, NDArray> parameters() {
        return b;
    }

    @Override
    public StepLoss step(NDManager scope, long step) {
        RandomGenerator random = StepRandom.of(seed, step);
        List<Batch.Sample> samples = new ArrayList<>();
        for (int owner = 0; owner < tasks.size(); owner++) {
            samples.add(sampler.draw(tasks.get(owner), Set.of(), owner, random));
        }
        AnswerLoss loss = AnswerLoss.of(scope, model, lora(), samples);
        return new StepLoss(loss.mean(), loss.figures());
    }

    @Override
    public SequencedMap<String, Double> validate() {
        Validation.Score score = validation.score(manager, model, lora());
        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        figures.put(OTHERWISE_CHOSEN_BY, score.loss());
        figures.put("exact", score.exact());
        return figures;
    }

    /// Held-back examples of each task, by its index.
    Map<Integer, Validation.Score> scores() {
        return validation.scores(manager, model, lora());
    }

    private Lora lora() {
        return shared.lora(List.copyOf(b.values()));
    }

    /// A task's B `[out, rank]`, by name.
    SequencedMap<String, NDArray> adapter(NDManager scope, int task) {
        SequencedMap<String, NDArray> own = new LinkedHashMap<>();
        b.forEach((name, all) -> {
            NDArray one = all.get(task).stopGradient();
            one.attach(scope);
            own.put(name, one);
        });
        return own;
    }
}
