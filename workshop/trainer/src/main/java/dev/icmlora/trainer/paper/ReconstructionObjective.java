package dev.icmlora.trainer.paper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.curriculum.StepRandom;
import dev.icmlora.trainer.generator.ConditionalBatch;
import dev.icmlora.trainer.generator.ConditionalBatch.Learner;
import dev.icmlora.trainer.generator.Examinations;
import dev.icmlora.trainer.generator.KlTerm;
import dev.icmlora.trainer.loop.Objective;
import dev.icmlora.trainer.paper.Cvae.Reconstruction;
import dev.icmlora.trainer.shared.SharedAdapter;

/// Learns a CVAE from the zoo: reconstruct dB = B - B0 of trained adapters, in units of each module's standard
/// deviation, with beta times KL(q(z | dB, c) || p(z | c)) (arXiv 2501.17635 section 3.3).
public final class ReconstructionObjective implements Objective {
    private final Cvae cvae;
    private final SharedAdapter shared;
    private final Zoo zoo;
    private final List<Learner> learners;
    private final Examinations examinations;
    private final Settings settings;
    private final NDManager manager;
    private final NDArray spreads;

    /// @param checkpoints of each task in the zoo, by its id
    /// @param tasksPerStep different tasks in a step
    /// @param kl how the KL term counts
    /// @param seed of the batches
    record Settings(Map<String, List<String>> checkpoints, int tasksPerStep, KlTerm kl, long seed) {}

    /// @param learners tasks of which the zoo holds adapters
    ReconstructionObjective(
            Cvae cvae,
            SharedAdapter shared,
            Zoo zoo,
            List<Learner> learners,
            Examinations examinations,
            Settings settings,
            NDManager manager) {
        this.cvae = cvae;
        this.shared = shared;
        this.zoo = zoo;
        this.learners = learners;
        this.examinations = examinations;
        this.settings = settings;
        this.manager = manager;
        this.spreads = spreads();
    }

    @Override
    public SequencedMap<String, NDArray> parameters() {
        return cvae.parameters();
    }

    @Override
    public SequencedMap<String, NDArray> constants() {
        SequencedMap<String, NDArray> constants = examinations.vectorArrays(manager);
        constants.putAll(shared.matrices());
        constants.putAll(cvae.constants());
        return constants;
    }

    @Override
    public StepLoss step(NDManager scope, long step) {
        RandomGenerator random = StepRandom.of(settings.seed, step);
        ConditionalBatch batch = ConditionalBatch.draw(
                learners, settings.tasksPerStep, cvae.latent(), examinations.statistics(), random);
        List<List<NDArray>> adapters = batch.learners().stream()
                .map(learner -> deltas(scope, learner, PromptSampler.pick(checkpoints(learner), random)))
                .toList();
        List<NDArray> deltas = new ArrayList<>();
        for (int module = 0; module < adapters.getFirst().size(); module++) {
            int m = module;
            deltas.add(NDArrays.stack(
                    new NDList(adapters.stream().map(adapter -> adapter.get(m)).toList())));
        }
        Reconstruction result = cvae.reconstruct(scope, batch.vectors(), deltas, batch.noise(), spreads);
        NDArray divergence = settings.kl.of(result.divergence());
        NDArray loss = result.error().add(divergence.mul(settings.kl.weight(step)));
        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        figures.put("loss", (double) result.error().getFloat());
        figures.put("divergence", (double) divergence.getFloat());
        return new StepLoss(loss, figures);
    }

    @Override
    public SequencedMap<String, Double> validate() {
        return examinations.figures((scope, vectors) -> cvae.adapters(scope, vectors, spreads), manager);
    }

    private List<String> checkpoints(Learner learner) {
        return settings.checkpoints.get(learner.task().task().id());
    }

    /// dB of each module `[layers, out * rank]`.
    private List<NDArray> deltas(NDManager scope, Learner learner, String checkpoint) {
        try {
            Map<String, NDArray> kept = zoo.read(scope, learner.task().task().id(), checkpoint);
            List<NDArray> deltas = new ArrayList<>();
            for (Target target : shared.layout().targets()) {
                NDList layers = new NDList();
                for (int layer = 0; layer < shared.layout().layers(); layer++) {
                    String name = AdapterLayout.nameOfB(layer, target);
                    NDArray b0 = shared.matrices().get(name);
                    NDArray b = kept.get(name);
                    // What is made of b0 itself would live as long as b0.
                    layers.add(b.reshape(b0.getShape()).sub(b0).reshape(new Shape(b.size())));
                }
                deltas.add(NDArrays.stack(layers));
            }
            return deltas;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the zoo's adapter of " + learner.task().task().id() + " is lost", e);
        }
    }

    /// The root mean square of each module's dB over the last checkpoints of all tasks.
    private NDArray spreads() {
        float[] squares = new float[shared.layout().targets().size()];
        for (Learner learner : learners) {
            try (NDManager scope = manager.newSubManager()) {
                List<NDArray> deltas =
                        deltas(scope, learner, checkpoints(learner).getLast());
                for (int module = 0; module < squares.length; module++) {
                    squares[module] += deltas.get(module).square().mean().getFloat() / learners.size();
                }
            }
        }
        return manager.create(squares).sqrt();
    }
}
