package dev.icmlora.trainer.paper;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

/// Trained adapters of single tasks on disk: what the encoder learns from, and the upper reference of the evaluation
/// (arXiv 2501.17635 section 3.2 keeps the last checkpoints of every task's training in the same way).
///
/// `zoo/<task id>/step-0060.safetensors` holds B `[out, rank]` of each layer and module by its GGUF name; A is the
/// shared one. `provenance.json` beside it says how it came to be.
///
/// @param folder of all tasks
public record Zoo(Path folder) {
    private static final String FOLDER = "zoo";

    /// How the adapters of a task were trained.
    ///
    /// @param base fingerprint of the base model
    /// @param shared fingerprint of A and B0
    /// @param steps after which they were kept
    /// @param loss on the task's held-back examples at the end
    /// @param exact share of these answers that greedy decoding gets right
    record Provenance(
            String task,
            String base,
            String shared,
            long seed,
            float rate,
            List<Long> steps,
            double loss,
            double exact) {}

    /// The zoo of a training folder.
    static Zoo in(Path training) {
        return new Zoo(training.resolve(FOLDER));
    }

    /// Whether the adapters of a task's training are all there.
    boolean holds(String task) {
        return Files.exists(provenanceFile(task));
    }

    /// Keeps an adapter; a reader sees all of it or nothing.
    void write(String task, long step, SequencedMap<String, NDArray> b) throws IOException {
        NDList list = new NDList();
        b.forEach((name, matrix) -> {
            matrix.setName(name);
            list.add(matrix);
        });
        replace(file(task, name(step)), out -> list.encode(out, NDList.Encoding.SAFETENSORS));
    }

    /// Says that a task's adapters are complete.
    void finish(Provenance provenance) throws IOException {
        byte[] json = new GsonBuilder()
                .setPrettyPrinting()
                .create()
                .toJson(provenance)
                .getBytes(StandardCharsets.UTF_8);
        replace(provenanceFile(provenance.task), out -> out.write(json));
    }

    /// The adapters of a task, by name, the last one last; none before all of them are there.
    ///
    /// @param shared fingerprint of A and B0
    /// @throws IllegalArgumentException when they belong to another A and B0
    List<String> checkpoints(String task, String shared) throws IOException {
        if (!holds(task)) {
            return List.of();
        }
        Path file = provenanceFile(task);
        Provenance provenance = new Gson().fromJson(Files.readString(file), Provenance.class);
        if (!shared.equals(provenance.shared)) {
            throw new IllegalArgumentException("%s is of another A and B0 (%s) than there are now (%s): move it away"
                    .formatted(file, provenance.shared, shared));
        }
        return provenance.steps.stream().map(Zoo::name).toList();
    }

    /// B `[out, rank]` of each layer and module, by name.
    ///
    /// @param checkpoint one of [#checkpoints]
    Map<String, NDArray> read(NDManager manager, String task, String checkpoint) throws IOException {
        try (InputStream in = Files.newInputStream(file(task, checkpoint))) {
            return NDList.decode(manager, in).stream().collect(Collectors.toMap(NDArray::getName, b -> b));
        }
    }

    private static String name(long step) {
        return String.format(Locale.ROOT, "step-%04d", step);
    }

    private Path file(String task, String checkpoint) {
        return folder.resolve(task).resolve(checkpoint + ".safetensors");
    }

    private Path provenanceFile(String task) {
        return folder.resolve(task).resolve("provenance.json");
    }

    private static void replace(Path file, Content content) throws IOException {
        Files.createDirectories(file.getParent());
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (OutputStream out = Files.newOutputStream(part)) {
                content.write(out);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private interface Content {
        void write(OutputStream out) throws IOException;
    }
}
