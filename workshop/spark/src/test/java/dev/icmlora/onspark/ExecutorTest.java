package dev.icmlora.onspark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.Installation;
import dev.icmlora.engine.tune.TinyModel;
import dev.icmlora.engine.tune.TinyModel.Variant;
import dev.icmlora.ggml.NativeLibraries;

/// What an executor in a process of its own writes, two tasks at a time, of a tiny base model, which a variable of the
/// environment names.
class ExecutorTest {
    private static final String SPARK = " --spark local-cluster[1,2,1024]";

    @TempDir
    private static Path scratch;

    private static String printed;

    @BeforeAll
    static void runWithoutSparkAndWithIt() throws Exception {
        Installation installation = Installation.ofThisProcess();
        NativeLibraries.load(installation.nativeDirectory());
        Path model = scratch.resolve("tiny.gguf");
        TinyModel.write(model, Variant.LLAMA, installation.model());
        Path tasks = Commands.tasks(Files.createDirectory(scratch.resolve("tasks")));
        Path alone = Files.createDirectory(scratch.resolve("alone"));
        Path together = Files.createDirectory(scratch.resolve("together"));
        // Both begin with the same B0.
        Files.createSymbolicLink(together.resolve("b0"), alone.resolve("b0"));
        String commands = "train-b0 --steps 1 --task-folder %s --folder %s --precision F32".formatted(tasks, alone)
                + commands(tasks, alone, "")
                + commands(tasks, together, SPARK);
        printed = Commands.process(scratch, Map.of(Installation.MODEL_VARIABLE, model.toString()), commands.split(" "));
    }

    private static String commands(Path tasks, Path folder, String spark) {
        return (" then paper zoo --length 2 --keep 1 --task-folder %1$s --folder %2$s --precision F32%3$s"
                        + " then vectors --vectors 1 --task-folder %1$s --to %2$s/vectors%3$s")
                .formatted(tasks, folder, spark);
    }

    /// But for rounding: a sum's order depends on where in memory an array begins.
    @Test
    void adaptersOfSingleTasksHaveTheSameWeights() throws Exception {
        for (int task = 0; task < Commands.TASKS; task++) {
            String file = "zoo/user/task%d/step-0002.safetensors".formatted(task);
            float[] weights = weights(scratch.resolve("alone").resolve(file));
            assertThat(weights).isNotEmpty().isNotEqualTo(new float[weights.length]);
            assertThat(weights(scratch.resolve("together").resolve(file))).containsExactly(weights, offset(1e-5f));
        }
    }

    private static float[] weights(Path safetensors) throws Exception {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(safetensors)).order(ByteOrder.LITTLE_ENDIAN);
        int header = Math.toIntExact(file.getLong());
        FloatBuffer floats = file.position(Long.BYTES + header)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        float[] weights = new float[floats.remaining()];
        floats.get(weights);
        return weights;
    }

    @Test
    void taskVectorsAreTheSameBytes() throws Exception {
        SortedMap<String, String> vectors = Commands.digests(scratch.resolve("alone/vectors"));
        assertThat(vectors).hasSize(Commands.TASKS);
        assertThat(Commands.digests(scratch.resolve("together/vectors"))).isEqualTo(vectors);
        assertThat(printed)
                .contains("%d tasks are in %s".formatted(Commands.TASKS, scratch.resolve("together/vectors")));
    }
}
