package dev.icmlora.trainer.foundation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.engine.tune.TuningOptions;
import dev.icmlora.trainer.curriculum.StepRandom;
import dev.icmlora.trainer.loop.Objective;
import dev.icmlora.trainer.loss.AnswerLoss;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Lora;
import dev.icmlora.trainer.shared.SharedAdapter;

/// Learns A and B0 so that adapters tuned from them answer well, and B0 itself with examples in the prompt.
final class TunedObjective implements Objective {
    private final BaseModel model;
    private final SharedAdapter adapter;
    private final EpisodeSampler sampler;
    private final SequencedMap<String, TunedValidation> validations;
    private final Settings settings;
    private final NDManager manager;

    /// @param tasks of a step, each with an adapter of its own
    /// @param innerSteps numbers of tuning steps, of which each step draws one
    /// @param before how much the loss of B0 itself counts beside that of tuned adapters
    record Settings(int tasks, List<Integer> innerSteps, float before, long seed) {
        static Settings of(long seed) {
            return new Settings(4, List.of(2, 4, 6), 0.5f, seed);
        }
    }

    /// @param validations by name
    TunedObjective(
            BaseModel model,
            SharedAdapter adapter,
            EpisodeSampler sampler,
            SequencedMap<String, TunedValidation> validations,
            Settings settings,
            NDManager manager) {
        this.model = model;
        this.adapter = adapter;
        this.sampler = sampler;
        this.validations = validations;
        this.settings = settings;
        this.manager = manager;
    }

    @Override
    public SequencedMap<String, NDArray> parameters() {
        return adapter.matrices();
    }

    @Override
    public StepLoss step(NDManager scope, long step) {
        RandomGenerator random = StepRandom.of(settings.seed, step);
        List<Episode> episodes = Stream.generate(() -> sampler.draw(random))
                .limit(settings.tasks)
                .toList();
        int steps = settings.innerSteps.get(random.nextInt(settings.innerSteps.size()));

        AnswerLoss after = AnswerLoss.of(scope, model, tuned(scope, episodes, steps), samples(episodes, true));
        AnswerLoss before = AnswerLoss.of(scope, model, adapter.lora(), samples(episodes, false));

        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        figures.put("loss", (double) after.mean().getFloat());
        figures.put("token_accuracy", after.hits());
        figures.put("loss_before", (double) before.mean().getFloat());
        figures.put("answer_tokens", (double) after.answerTokens() + before.answerTokens());
        return new StepLoss(after.mean().add(before.mean().mul(settings.before)), figures);
    }

    /// Adapters that depend on B0 as if tuning had added something fixed to it.
    private Lora tuned(NDManager scope, List<Episode> episodes, int steps) {
        List<Batch.Sample> samples = IntStream.range(0, episodes.size())
                .mapToObj(owner -> episodes.get(owner).toTune(sampler.format(), owner))
                .toList();
        TuningOptions options = TunedValidation.OPTIONS.withSteps(steps);
        Lora tuned = new InnerTuning(model, options).tune(scope, adapter.lora(), samples);
        List<NDArray> b0 = adapter.b0();
        List<NDArray> b = IntStream.range(0, b0.size())
                .mapToObj(i -> b0.get(i).add(tuned.b().get(i).sub(b0.get(i).stopGradient())))
                .toList();
        return adapter.lora(b);
    }

    /// @param after to be answered by tuned adapters, one for each episode; else by B0, half of them with examples
    private List<Batch.Sample> samples(List<Episode> episodes, boolean after) {
        List<Batch.Sample> samples = new ArrayList<>();
        for (int i = 0; i < episodes.size(); i++) {
            Episode episode = episodes.get(i);
            if (after) {
                samples.add(episode.toAnswer(sampler.format(), i));
            } else if (i % 2 == 0) {
                samples.add(episode.inContext(sampler.format(), 0));
            } else {
                samples.add(episode.toAnswer(sampler.format(), 0));
            }
        }
        return samples;
    }

    @Override
    public SequencedMap<String, Double> validate() {
        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        validations.forEach((name, validation) -> validation
                .figures(manager, model, adapter.lora())
                .forEach((figure, value) -> figures.put(name + "_" + figure, value)));
        return figures;
    }
}
