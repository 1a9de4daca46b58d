package dev.icmlora.events;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

import dev.icmlora.generator.Sha256;

/// The objects that belong to a task file, all found from its name.
///
/// @param task the task file
/// @param inputs the inputs beside it, where they are not in it
/// @param results one line an input; its appearance is what completes a task
/// @param others prefix of all that there is beside the results
/// @param adapters prefix of the adapters that served; empty where they are not kept beside the results
record TaskKeys(String task, String inputs, String results, String others, Optional<String> adapters) {

    private static final String JSON = ".json";
    private static final String LINES = ".jsonl";

    /// No task's name may end so, or its results would be another one's parts.
    private static final String PARTS = ".parts";

    /// Stores have names of 1024 bytes, of which prefixes and the names of parts take some.
    private static final int LONGEST_NAME = 800;

    /// Longest name of a file on common file systems, less our longest ending.
    private static final int LONGEST_SEGMENT = 255 - ".summary.json".length();

    /// The keys for an object; empty if it is no task file.
    static Optional<TaskKeys> of(String key, EventsConfig config) {
        return name(key, JSON, config).map(name -> {
            var base = config.resultsPrefix() + (isPlain(name) ? name : "invalid-name-" + digest(name));
            var adapters = Optional.of(config.adaptersPrefix());
            return new TaskKeys(key, config.tasksPrefix() + name + LINES, base + LINES, base + ".", adapters);
        });
    }

    /// Those of a job, all in a folder of its own.
    static TaskKeys ofJob(String folder) {
        return new TaskKeys(
                folder + "task.json", folder + "inputs.jsonl", folder + "results.jsonl", folder, Optional.empty());
    }

    /// Whether an object lies where the inputs of a task file do, under a name that a task file may have.
    static boolean areInputs(String key, EventsConfig config) {
        return name(key, LINES, config).filter(TaskKeys::isPlain).isPresent();
    }

    private static Optional<String> name(String key, String ending, EventsConfig config) {
        var isNamed = key.startsWith(config.tasksPrefix()) && key.endsWith(ending);
        return isNamed
                ? Optional.of(key.substring(config.tasksPrefix().length(), key.length() - ending.length()))
                : Optional.empty();
    }

    String summary() {
        return others + "summary.json";
    }

    String error() {
        return others + "error.json";
    }

    /// How far the work is.
    String state() {
        return others + "state.json";
    }

    /// Prefix of answers stored on the way.
    String parts() {
        return others + "parts/";
    }

    /// The adapter of an id; null where adapters are not kept.
    String adapter(String id) {
        return adapters.map(prefix -> prefix + id.substring(id.indexOf(':') + 1) + ".gguf")
                .orElse(null);
    }

    /// Whether the task's name can be a path: such a name is the same thing in every store and on every tool's way.
    boolean hasPlainName() {
        return !results.matches(".*/invalid-name-[0-9a-f]{16}\\.jsonl");
    }

    private static boolean isPlain(String name) {
        var printable = name.codePoints().noneMatch(c -> Character.isISOControl(c) || c == '\\' || c == '\uFFFD');
        return printable
                && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME
                && Arrays.stream(name.split("/", -1))
                        .allMatch(segment -> !segment.isBlank()
                                && !segment.equals(".")
                                && !segment.equals("..")
                                && !segment.endsWith(PARTS)
                                && segment.getBytes(StandardCharsets.UTF_8).length <= LONGEST_SEGMENT);
    }

    /// Sixteen hex digits that stand for a text.
    static String digest(String text) {
        return Sha256.hex(text.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    }
}
