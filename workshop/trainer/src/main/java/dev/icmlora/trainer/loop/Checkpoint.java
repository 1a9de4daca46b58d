package dev.icmlora.trainer.loop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;

import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.TensorInfo;

/// A training run on disk: a GGUF file with every array of the optimiser's state in F32.
///
/// @param step steps that are done
/// @param elapsed seconds of training that they took
/// @param best least validation loss so far
/// @param stale validations since then
public record Checkpoint(long step, double elapsed, double best, int stale) {
    static final Checkpoint START = new Checkpoint(0, 0, Float.MAX_VALUE, 0);

    private static final String KIND = "icm-lora-training";
    private static final String BASE = "training.base";
    private static final String LEARNED = "training";
    private static final String BEFORE = "training.before";

    /// After one more step.
    Checkpoint next(double seconds) {
        return new Checkpoint(step + 1, elapsed + seconds, best, stale);
    }

    /// After a validation.
    Checkpoint validated(double loss) {
        return loss < best ? new Checkpoint(step, elapsed, loss, 0) : new Checkpoint(step, elapsed, best, stale + 1);
    }

    /// Writes a checkpoint; a reader sees the old file or all of the new one.
    void write(Path path, RunIdentity run, SequencedMap<String, NDArray> state) {
        GgufWriter file = new GgufWriter()
                .string("general.architecture", KIND)
                .string("training.run", run.name())
                .string(BASE, run.base())
                .uint64("training.step", step)
                .float32("training.elapsed", (float) elapsed)
                .float32("training.best", (float) best)
                .uint32("training.stale", stale);
        CatalogueEntry.write(file, LEARNED, run.tasks());
        CatalogueEntry.write(file, BEFORE, run.before());
        state.forEach((name, array) -> file.tensor(name, GgmlType.F32, shape(array), bytes(array)));
        file.write(path);
    }

    /// Reads a checkpoint into `state`.
    ///
    /// @throws IllegalArgumentException when it is of another run or other arrays
    public static Checkpoint read(Path path, RunIdentity run, SequencedMap<String, NDArray> state) {
        try (GgufFile file = GgufFile.open(path)) {
            String found = file.string("training.run").orElse("none");
            if (!found.equals(run.name())) {
                throw new IllegalArgumentException("the checkpoint " + path + " is of another run: it says \"" + found
                        + "\", this run is \"" + run.name() + "\"; move it away or choose another --folder");
            }
            read(file, state);
            if (file.tensors().size() != state.size()) {
                throw new IllegalArgumentException("the checkpoint " + path + " is of another run: it has "
                        + file.tensors().size() + " arrays, this run " + state.size());
            }
            return new Checkpoint(
                    file.integer("training.step").orElseThrow(),
                    file.real("training.elapsed").orElseThrow(),
                    file.real("training.best").orElse(START.best),
                    Math.toIntExact(file.integer("training.stale").orElse(0)));
        }
    }

    /// @param path for the message
    /// @param base fingerprint of the base model that what was trained is to be used with
    /// @throws IllegalArgumentException when it was trained for another one
    public static void requireBase(GgufFile file, Path path, String base) {
        String found = file.string(BASE).orElse("unknown");
        if (!found.equals(base)) {
            throw new IllegalArgumentException(
                    "the checkpoint %s was trained for the base model %s, this one is %s".formatted(path, found, base));
        }
    }

    /// The tasks that a checkpoint was trained on.
    public static List<CatalogueEntry> tasks(GgufFile file) {
        return CatalogueEntry.read(file, LEARNED);
    }

    /// The tasks that only what it began with was trained on.
    public static List<CatalogueEntry> before(GgufFile file) {
        return CatalogueEntry.read(file, BEFORE);
    }

    /// Reads the named arrays of a checkpoint of any run.
    public static void read(GgufFile file, SequencedMap<String, NDArray> state) {
        state.forEach((name, array) -> read(file, name, array));
    }

    private static void read(GgufFile file, String name, NDArray array) {
        TensorInfo info = file.tensor(name)
                .filter(found -> Arrays.equals(found.shape(), shape(array)))
                .orElseThrow(() -> new IllegalArgumentException(
                        "the checkpoint has no array " + name + " of shape " + array.getShape()));
        array.set(
                ByteBuffer.wrap(file.bytes(info)).order(ByteOrder.nativeOrder()).asFloatBuffer());
    }

    /// ggml counts dimensions from the contiguous one.
    private static long[] shape(NDArray array) {
        long[] shape = array.getShape().getShape();
        long[] ne = new long[Math.max(1, shape.length)];
        Arrays.fill(ne, 1);
        for (int i = 0; i < shape.length; i++) {
            ne[i] = shape[shape.length - 1 - i];
        }
        return ne;
    }

    private static byte[] bytes(NDArray array) {
        float[] values = array.toFloatArray();
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
