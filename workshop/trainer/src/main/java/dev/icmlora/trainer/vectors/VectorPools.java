package dev.icmlora.trainer.vectors;

import java.io.File;
import java.io.IOException;
import java.io.Serializable;
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
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Gatherers;

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
import dev.icmlora.trainer.loop.StopSignal;
import dev.icmlora.trainer.session.BaseModelFiles;
import dev.icmlora.trainer.tasks.TaskRunner;
import dev.icmlora.trainer.tasks.TaskRunner.Work;

/// Takes the task vectors that the generator is trained on, with the quantised model that also takes them when serving.
///
/// Each task's vectors are kept in a file named by the hash of all that they depend on, so that a later run takes only
/// those of tasks that changed.
///
/// @param model that takes them
/// @param layer after which they are taken
/// @param each random vectors of each task
/// @param folder where they are kept
public record VectorPools(BaseModelFiles model, int layer, int each, File folder)
        implements Work<List<TrainingTask>, List<VectorPools.Taken>> {
    /// Random task vectors of each task. What takes them beforehand must take as many, or none of them is found.
    public static final int EACH = 16;

    /// Tasks for which the model is loaded once.
    private static final int TOGETHER = 8;

    private static final int PROBE_EXAMPLES = 5;
    private static final int MOST_EXAMPLES = 8;
    private static final double UNDESCRIBED = 0.3;
    private static final String VECTORS = "vectors";

    /// The file with a task's vectors, and what each of these is made of.
    record Taken(File file, List<Task> conditions) implements Serializable {

        VectorPool pool() {
            List<TaskVector> vectors = read(file.toPath(), conditions.size());
            List<VectorPool.Conditioning> all = new ArrayList<>();
            for (int i = 0; i < conditions.size(); i++) {
                Set<Example> examples = new HashSet<>(conditions.get(i).examples());
                all.add(new VectorPool.Conditioning(vectors.get(i), examples));
            }
            return new VectorPool(all.getFirst(), all.subList(1, all.size()));
        }
    }

    @Override
    public List<Taken> on(List<TrainingTask> tasks) throws IOException {
        try (StopSignal stop = new StopSignal();
                LoadedModel base = model.load();
                Fingerprints fingerprints = new Fingerprints(base, layer)) {
            String origin = base.id().fingerprint() + "\n" + base.format().fingerprint() + "\n" + layer;
            List<Taken> taken = new ArrayList<>();
            for (TrainingTask task : tasks) {
                stop.check();
                List<Task> conditions = conditions(task, fingerprints);
                File file = new File(folder, hash(origin, conditions) + ".gguf");
                if (!file.exists()) {
                    write(
                            file.toPath(),
                            conditions.stream().map(fingerprints::of).toList());
                }
                taken.add(new Taken(file, conditions));
            }
            return taken;
        }
    }

    /// Takes those that are not there yet, and gives one pool for each task, in their order.
    ///
    /// @throws IOException when it is stopped or a task cannot be fingerprinted; what was done is kept
    public List<VectorPool> of(List<TrainingTask> tasks, TaskRunner runner) throws IOException {
        Files.createDirectories(folder.toPath());
        List<List<TrainingTask>> together =
                tasks.stream().gather(Gatherers.windowFixed(TOGETHER)).toList();
        return runner.run("task vectors", together, TrainingTask::names, this).stream()
                .flatMap(List::stream)
                .map(Taken::pool)
                .toList();
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

    private static String hash(String origin, List<Task> conditions) {
        MessageDigest digest = Sha256.digest();
        digest.update(origin.getBytes(StandardCharsets.UTF_8));
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
