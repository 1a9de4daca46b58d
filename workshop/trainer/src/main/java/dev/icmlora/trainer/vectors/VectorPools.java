package dev.icmlora.trainer.vectors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

import me.tongfei.progressbar.ProgressBar;

import dev.icmlora.engine.LoadedModel;
import dev.icmlora.generator.Sha256;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.curriculum.StepRandom;
import dev.icmlora.trainer.curriculum.TrainingTask;

/// Takes the task vectors that the generator is trained on, with the quantised model that also takes them when serving.
///
/// Each task's vectors are kept in a file named by the hash of all that they depend on, so that a later run takes only
/// those of tasks that changed.
public final class VectorPools {
    /// Random task vectors of each task. What takes them beforehand must take as many, or none of them is found.
    public static final int EACH = 16;

    private static final int PROBE_EXAMPLES = 5;
    private static final int MOST_EXAMPLES = 8;
    private static final double UNDESCRIBED = 0.3;
    private static final String VECTORS = "vectors";

    private final LoadedModel base;
    private final String modelFingerprint;
    private final int layer;
    private final int each;
    private final int threads;
    private final Path folder;
    private final BooleanSupplier stop;

    /// @param base borrowed
    /// @param layer after which the vectors are taken
    /// @param each random vectors of each task
    /// @param stop asked before every task; when it says so, no further task is begun
    public VectorPools(LoadedModel base, int layer, int each, int threads, Path folder, BooleanSupplier stop) {
        this.base = base;
        this.modelFingerprint = base.id().fingerprint();
        this.layer = layer;
        this.each = each;
        this.threads = threads;
        this.folder = folder;
        this.stop = stop;
    }

    /// One pool for each task, in their order.
    ///
    /// @throws IOException when it is stopped or a task cannot be fingerprinted; what was done is kept
    public List<VectorPool> of(List<TrainingTask> tasks) throws IOException {
        if (tasks.isEmpty()) {
            return List.of();
        }
        Files.createDirectories(folder);
        try (ExecutorService workers = Executors.newFixedThreadPool(threads);
                ProgressBar progress = new ProgressBar("task vectors", tasks.size())) {
            Iterator<TrainingTask> rest = tasks.iterator();
            Map<TrainingTask, VectorPool> pools = new ConcurrentHashMap<>();
            AtomicBoolean failed = new AtomicBoolean();
            List<Future<?>> running = new ArrayList<>();
            for (int worker = 0; worker < threads; worker++) {
                running.add(workers.submit(() -> work(rest, pools, progress, failed)));
            }
            for (Future<?> future : running) {
                await(future);
            }
            if (pools.size() < tasks.size()) {
                throw new IOException(
                        "stopped after the vectors of " + pools.size() + " of " + tasks.size() + " tasks");
            }
            return tasks.stream().map(pools::get).toList();
        }
    }

    private void work(
            Iterator<TrainingTask> rest,
            Map<TrainingTask, VectorPool> pools,
            ProgressBar progress,
            AtomicBoolean failed) {
        try (Fingerprints fingerprints = new Fingerprints(base, layer)) {
            for (Optional<TrainingTask> task = next(rest, failed); task.isPresent(); task = next(rest, failed)) {
                pools.put(task.get(), pool(task.get(), fingerprints));
                progress.step();
            }
        } catch (RuntimeException e) {
            failed.set(true);
            throw e;
        }
    }

    private Optional<TrainingTask> next(Iterator<TrainingTask> rest, AtomicBoolean failed) {
        synchronized (rest) {
            return rest.hasNext() && !failed.get() && !stop.getAsBoolean()
                    ? Optional.of(rest.next())
                    : Optional.empty();
        }
    }

    private static void await(Future<?> future) throws IOException {
        try {
            future.get();
        } catch (ExecutionException e) {
            throw new IOException("cannot take task vectors: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while taking task vectors", e);
        }
    }

    private VectorPool pool(TrainingTask task, Fingerprints fingerprints) {
        List<Task> conditions = conditions(task, fingerprints);
        Path file = folder.resolve(hash(conditions) + ".gguf");
        if (!Files.exists(file)) {
            write(file, conditions.stream().map(fingerprints::of).toList());
        }
        List<TaskVector> vectors = read(file, conditions.size());
        List<VectorPool.Conditioning> all = new ArrayList<>();
        for (int i = 0; i < conditions.size(); i++) {
            Set<Example> examples = new HashSet<>(conditions.get(i).examples());
            all.add(new VectorPool.Conditioning(vectors.get(i), examples));
        }
        return new VectorPool(all.getFirst(), all.subList(1, all.size()));
    }

    /// The probe, then what the random vectors are made of; the same for the same task every time.
    private List<Task> conditions(TrainingTask task, Fingerprints fingerprints) {
        List<String> descriptions = task.task().descriptions();
        List<Example> learned = task.examples();
        List<Task> conditions = new ArrayList<>();
        conditions.add(new Task(descriptions.getFirst(), learned.subList(0, Math.min(PROBE_EXAMPLES, learned.size()))));
        RandomGenerator random = StepRandom.of(task.task().id().hashCode(), 0);
        while (conditions.size() <= each) {
            boolean described = random.nextDouble() >= UNDESCRIBED;
            int wanted = random.nextInt(described ? 0 : 1, MOST_EXAMPLES + 1);
            String description = described ? PromptSampler.pick(descriptions, random) : "";
            conditions.add(new Task(description, PromptSampler.distinct(learned, wanted, Set.of(), random)));
        }
        return conditions.stream().map(fingerprints::fitting).toList();
    }

    private String hash(List<Task> conditions) {
        MessageDigest digest = Sha256.digest();
        digest.update((modelFingerprint + "\n" + base.format().fingerprint() + "\n" + layer)
                .getBytes(StandardCharsets.UTF_8));
        conditions.forEach(condition -> digest.update(("\n" + condition).getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    private static void write(Path file, List<TaskVector> vectors) {
        int length = vectors.getFirst().values().length;
        ByteBuffer bytes =
                ByteBuffer.allocate(vectors.size() * length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (TaskVector vector : vectors) {
            for (float value : vector.values()) {
                bytes.putFloat(value);
            }
        }
        new GgufWriter()
                .string("general.architecture", "icm-lora-vectors")
                .tensor(VECTORS, GgmlType.F32, new long[] {length, vectors.size()}, bytes.array())
                .write(file);
    }

    private static List<TaskVector> read(Path file, int count) {
        try (GgufFile gguf = GgufFile.open(file)) {
            float[] values = gguf.floats(gguf.tensor(VECTORS)
                    .orElseThrow(() -> new IllegalArgumentException(
                            file + " holds no task vectors: delete it, and they are taken again")));
            int length = values.length / count;
            List<TaskVector> vectors = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                vectors.add(new TaskVector(Arrays.copyOfRange(values, i * length, (i + 1) * length)));
            }
            return vectors;
        }
    }
}
