package dev.icmlora.trainer.paper;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

/// Trained adapters of single tasks on disk: what the encoder learns from, and the upper reference of the evaluation
/// (arXiv 2501.17635 section 3.2 keeps the last checkpoints of every task's training in the same way).
///
/// `zoo/<task id>/step-0060.safetensors` holds B `[out, rank]` of each layer and module by its GGUF name; A is the
/// shared one. `provenance.json` beside it says how it came to be. An adapter that was trained elsewhere is
/// `imported-<hash>.safetensors`, and `imported-<hash>.json` says where it comes from.
///
/// @param folder of all tasks
public record Zoo(Path folder) {
    private static final String FOLDER = "zoo";
    private static final String IMPORTED = "imported-";
    private static final String JSON = ".json";

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

    /// Where an adapter that was trained elsewhere comes from.
    ///
    /// @param base fingerprint of the base model
    /// @param shared fingerprint of A and B0
    /// @param file name of the file
    /// @param sha256 its hash in hexadecimal; of PEFT's folder, that of the weights
    /// @param rank the highest of its updates
    /// @param loss what projection onto the shared A took away, relative to the whole change of the base model
    /// @param losses the same of each module that the adapter changes
    record Import(
            String task,
            String base,
            String shared,
            String file,
            String sha256,
            int rank,
            double loss,
            Map<String, Double> losses) {

        private String name() {
            return IMPORTED + sha256.substring(0, 12);
        }
    }

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
        write(file(task, name(step)), b);
    }

    private static void write(Path file, SequencedMap<String, NDArray> b) throws IOException {
        NDList list = new NDList();
        b.forEach((name, matrix) -> {
            matrix.setName(name);
            list.add(matrix);
        });
        replace(file, out -> list.encode(out, NDList.Encoding.SAFETENSORS));
    }

    /// Says that a task's adapters are complete.
    void finish(Provenance provenance) throws IOException {
        writeJson(provenanceFile(provenance.task), provenance);
    }

    /// Keeps an adapter that was trained elsewhere. It counts once it has its provenance, which is written last.
    ///
    /// @return its file
    Path add(Import provenance, SequencedMap<String, NDArray> b) throws IOException {
        Path file = file(provenance.task, provenance.name());
        write(file, b);
        writeJson(file.resolveSibling(provenance.name() + JSON), provenance);
        return file;
    }

    private static void writeJson(Path file, Object value) throws IOException {
        byte[] json =
                new GsonBuilder().setPrettyPrinting().create().toJson(value).getBytes(StandardCharsets.UTF_8);
        replace(file, out -> out.write(json));
    }

    /// The adapters of a task, by name: those from elsewhere, then those of its training, the last one last.
    ///
    /// @param shared fingerprint of A and B0
    /// @throws IllegalArgumentException when one belongs to another A and B0
    List<String> checkpoints(String task, String shared) throws IOException {
        List<String> names = new ArrayList<>();
        for (Path json : imports(task)) {
            requireShared(json, new Gson().fromJson(Files.readString(json), Import.class).shared, shared);
            String name = json.getFileName().toString();
            names.add(name.substring(0, name.length() - JSON.length()));
        }
        if (holds(task)) {
            Provenance provenance = new Gson().fromJson(Files.readString(provenanceFile(task)), Provenance.class);
            requireShared(provenanceFile(task), provenance.shared, shared);
            provenance.steps.forEach(step -> names.add(name(step)));
        }
        return names;
    }

    private List<Path> imports(String task) throws IOException {
        Path own = folder.resolve(task);
        if (!Files.isDirectory(own)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(own)) {
            return files.filter(file -> file.getFileName().toString().matches(IMPORTED + "[0-9a-f]+\\" + JSON))
                    .sorted()
                    .toList();
        }
    }

    private static void requireShared(Path file, String found, String shared) {
        if (!shared.equals(found)) {
            throw new IllegalArgumentException("%s is of another A and B0 (%s) than there are now (%s): move it away"
                    .formatted(file, found, shared));
        }
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
