package dev.icmlora.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.trainer.paper.LatentDiffusion;
import dev.icmlora.trainer.paper.References;

/// Makes the adapters that a generated one has to beat.
///
/// Few tasks have an adapter that was trained for them alone, so the mean and the nearest one are of adapters that were
/// generated for seen tasks. A task is never its own control there.
final class Controls implements AutoCloseable {
    private final ControlBench bench;
    private final Optional<References> trained;
    private final Optional<Baselines> baselines;
    private final List<KnownTask> known;
    private final List<KnownTask> seen;

    /// @param trained borrowed; there where baselines are wanted
    /// @param known the seen tasks, and the held-out ones that are measured
    /// @param baselines whether those are made too
    Controls(ControlBench bench, Optional<References> trained, List<KnownTask> known, boolean baselines) {
        this.bench = bench;
        this.trained = trained;
        this.known = known;
        this.seen = known.stream().filter(task -> task.group() == Group.SEEN).toList();
        if (baselines && seen.size() < 2) {
            throw new IllegalArgumentException(
                    "baselines need at least two seen tasks, the generator's catalogue has " + seen.size());
        }
        this.baselines = baselines ? Optional.of(baselines()) : Optional.empty();
    }

    /// The controls that are made of all seen tasks together.
    private record Baselines(Adapter mean, LatentDiffusion diffusion) {}

    private Baselines baselines() {
        return new Baselines(
                mean(),
                trained.orElseThrow()
                        .diffusion(
                                seen.stream().map(KnownTask::vector).toList(),
                                seen.stream().map(KnownTask::latent).toList()));
    }

    /// @param stated the task as the requests state it
    /// @return nothing where no adapter was trained for the task, or baselines are not wanted
    Optional<Adapter> adapter(Condition.Control control, KnownTask stated, SplittableRandom random) {
        if (control.isBaseline() && baselines.isEmpty()) {
            return Optional.empty();
        }
        return switch (control) {
            case MEAN -> baselines.map(Baselines::mean);
            case NEAREST ->
                others(stated).stream()
                        .min(Comparator.comparingDouble(stated::distance))
                        .map(this::generated);
            case OTHER_TASK -> {
                List<KnownTask> others = others(stated);
                yield Optional.of(generated(others.get(random.nextInt(others.size()))));
            }
            case DIFFUSION ->
                baselines
                        .map(made -> made.diffusion.draw(stated.vector(), random))
                        .map(latent -> bench.generate(latent, 1));
            case OWN -> own(stated);
            case OWN_NOISE -> own(stated).map(own -> noisy(own, generated(stated), random));
            case NOISE -> Optional.of(noisy(generated(stated), generated(statedOtherwise(stated)), random));
        };
    }

    private Optional<Adapter> own(KnownTask task) {
        return trained.flatMap(adapters ->
                        adapters.own(task.task()).reversed().stream().findFirst())
                .map(bench::adapter);
    }

    Adapter generated(KnownTask task) {
        return bench.generate(task.latent(), 1);
    }

    private List<KnownTask> others(KnownTask stated) {
        return seen.stream()
                .filter(task -> !task.task().id().equals(stated.task().id()))
                .toList();
    }

    private Adapter mean() {
        List<double[]> sums = new ArrayList<>();
        List<NamedTensor> last = List.of();
        for (KnownTask task : seen) {
            last = generated(task).generated();
            for (int i = 0; i < last.size(); i++) {
                float[] values = Halves.fromF16(last.get(i).data());
                if (sums.size() == i) {
                    sums.add(new double[values.length]);
                }
                double[] sum = sums.get(i);
                for (int k = 0; k < values.length; k++) {
                    sum[k] += values[k];
                }
            }
        }
        List<NamedTensor> mean = new ArrayList<>();
        for (int i = 0; i < last.size(); i++) {
            float[] values = new float[sums.get(i).length];
            for (int k = 0; k < values.length; k++) {
                values[k] = (float) (sums.get(i)[k] / seen.size());
            }
            mean.add(withValues(last.get(i), values));
        }
        return bench.adapter(mean);
    }

    private KnownTask statedOtherwise(KnownTask stated) {
        return known.stream()
                .filter(task -> task.task().id().equals(stated.task().id()))
                .findFirst()
                .orElseThrow();
    }

    /// An adapter with Gaussian noise that is, in each matrix, as large as its difference from another one.
    private Adapter noisy(Adapter clean, Adapter different, SplittableRandom random) {
        List<NamedTensor> adapter = clean.generated();
        List<NamedTensor> other = different.generated();
        List<NamedTensor> noisy = new ArrayList<>();
        for (int i = 0; i < adapter.size(); i++) {
            float[] values = Halves.fromF16(adapter.get(i).data());
            double size = rootMeanSquare(values, Halves.fromF16(other.get(i).data()));
            for (int k = 0; k < values.length; k++) {
                values[k] += (float) (size * random.nextGaussian());
            }
            noisy.add(withValues(adapter.get(i), values));
        }
        return bench.adapter(noisy);
    }

    @Override
    public void close() {
        baselines.ifPresent(made -> made.diffusion.close());
    }

    private static double rootMeanSquare(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum / a.length);
    }

    private static NamedTensor withValues(NamedTensor tensor, float[] values) {
        return new NamedTensor(tensor.name(), GgmlType.F16, tensor.shape(), Halves.toF16(values));
    }
}
