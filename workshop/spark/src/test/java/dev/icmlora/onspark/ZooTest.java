package dev.icmlora.onspark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.Installation;
import dev.icmlora.engine.tune.TinyModel;
import dev.icmlora.engine.tune.TinyModel.Variant;
import dev.icmlora.ggml.NativeLibraries;

/// LoRAs of single tasks, of a tiny base model, which a variable of the environment names.
class ZooTest {
    /// Two batches.
    private static final int TASKS = 9;

    @TempDir
    private Path scratch;

    @Test
    void batchesThatSparkTrainsHaveTheSameWeights() throws Exception {
        Installation installation = Installation.ofThisProcess();
        NativeLibraries.load(installation.nativeDirectory());
        Path model = scratch.resolve("tiny.gguf");
        TinyModel.write(model, Variant.LLAMA, installation.model());
        String tasks = tasks().toString();
        String alone = Files.createDirectory(scratch.resolve("alone")).toString();
        String together = Files.createDirectory(scratch.resolve("together")).toString();

        Map<String, String> environment = Map.of(Installation.MODEL_VARIABLE, model.toString());
        Commands.process(
                scratch,
                environment,
                ("train-b0 --steps 1 --task-folder %1$s --folder %2$s --precision F32"
                                + " then train-b0 --steps 1 --task-folder %1$s --folder %3$s --precision F32"
                                + " then paper zoo --length 4 --keep 1 --task-folder %1$s --folder %2$s --precision F32"
                                + " then paper zoo --length 4 --keep 1 --task-folder %1$s --folder %3$s --precision F32"
                                + " --spark local[2]")
                        .formatted(tasks, alone, together)
                        .split(" "));

        SortedMap<String, String> adapters = Commands.digests(scratch.resolve("alone/zoo"));
        assertThat(adapters).hasSize(2 * TASKS);
        assertThat(Commands.digests(scratch.resolve("together/zoo"))).isEqualTo(adapters);
    }

    private Path tasks() throws Exception {
        Path folder = Files.createDirectory(scratch.resolve("tasks"));
        for (int i = 0; i < TASKS; i++) {
            String end = "!".repeat(i + 1);
            String examples = IntStream.range(0, 16)
                    .mapToObj(n -> "{\"input\": \"word %d\", \"output\": \"word %d%s\"}\n".formatted(n, n, end))
                    .collect(Collectors.joining());
            Files.writeString(
                    folder.resolve("task" + i + ".jsonl"),
                    "{\"description\": \"Add %s.\"}\n%s".formatted(end, examples));
        }
        return folder;
    }
}
