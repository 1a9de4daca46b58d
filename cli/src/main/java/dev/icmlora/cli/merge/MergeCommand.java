package dev.icmlora.cli.merge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.engine.Installation;
import dev.icmlora.generator.Sha256;
import dev.icmlora.generator.adapter.GgufAdapter;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufFormatException;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.ggml.Quantisation;

/// `icm-lora merge`: a model that needs no adapter any more.
@Command(
        name = "merge",
        mixinStandardHelpOptions = true,
        description = {
            "Writes base model and adapter as one GGUF file, and checks that it answers like the function.",
            "The weights that the adapter changes get the chosen type; all others stay as they are."
        },
        footer = {"", "icm-lora merge --adapter plural.gguf --type Q8_0 --out plural-model.gguf"})
public final class MergeCommand implements Callable<Integer> {

    private static final int MAX_TOKENS = 16;

    @Spec
    private CommandSpec spec;

    @Option(names = "--adapter", required = true, paramLabel = "FILE", description = "The adapter, a GGUF file.")
    private Path adapter;

    @Option(names = "--base", paramLabel = "FILE", description = "Default: the function's base model.")
    private Path base;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description =
                    "Of the changed weights (default: ${DEFAULT-VALUE}); also F32, F16, BF16, Q6_K, Q5_K, Q5_1, Q5_0,"
                            + " Q4_K, Q4_1, Q4_0. The _K types need rows of whole 256 elements.")
    private GgmlType type = GgmlType.Q8_0;

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "FILE",
            description = "The merged model.")
    private Path out;

    @Option(
            names = "--check",
            paramLabel = "FILE",
            description =
                    "A request, such as demo/intent.json: its inputs are answered with the adapter and by the merged"
                            + " model. Default: the first four tokens after words and sentences.")
    private Path check;

    @Option(
            names = "--agreement",
            paramLabel = "SHARE",
            description = "Of answers that must be the same, or nothing is written (default: ${DEFAULT-VALUE}).")
    private double agreement = 0.8;

    @Option(names = "--threads", paramLabel = "N", description = "That compute answers (default: all processors).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--json", description = "Print what was written as a JSON object.")
    private boolean json;

    private record Request(Task task, List<String> inputs) {
        private record Task(String description) {}
    }

    private record Merged(String file, String adapter, String type, long bytes, int same, int checked) {}

    @Override
    public Integer call() throws IOException {
        if (!Quantisation.TYPES.contains(type)) {
            throw new IllegalArgumentException("--type " + type + ": there is " + Quantisation.TYPES);
        }
        Installation installation = Installation.ofThisProcess();
        NativeLibraries.load(installation.nativeDirectory());
        Path model = base == null ? installation.model() : base;
        AnswerCheck questions = check == null ? AnswerCheck.WITHOUT_A_TASK : questions(check);
        byte[] adapterFile = Files.readAllBytes(adapter);
        String id = "sha256:" + Sha256.hex(adapterFile);
        Path draft = Files.createTempFile(
                out.toAbsolutePath().getParent(), out.getFileName().toString(), ".part");
        try {
            merge(model, adapterFile, id, draft);
            AnswerCheck.Outcome outcome =
                    questions.compare(installation.nativeDirectory(), model, adapterFile, draft, threads);
            if (outcome.agreement() < agreement) {
                throw new IllegalStateException(
                        "only %d of %d answers are those of base model and adapter, less than --agreement %s: try a larger --type"
                                .formatted(outcome.same(), outcome.all(), agreement));
            }
            Files.move(draft, out, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            report(new Merged(out.toString(), id, type.name(), Files.size(out), outcome.same(), outcome.all()));
        } finally {
            Files.deleteIfExists(draft);
        }
        return 0;
    }

    private void merge(Path model, byte[] adapterFile, String id, Path draft) {
        try (GgufFile file = GgufFile.open(model);
                ProgressBar bar = new ProgressBar("merge", file.tensors().size())) {
            String architecture = file.string("general.architecture")
                    .orElseThrow(() -> new IllegalArgumentException(model + " names no architecture"));
            new Merger(file, GgufAdapter.read(adapterFile, architecture), type)
                    .merge(id, bar::step)
                    .write(draft);
        } catch (GgufFormatException e) {
            throw new IllegalArgumentException(model + ": " + e.getMessage(), e);
        }
    }

    private static AnswerCheck questions(Path file) throws IOException {
        try {
            Request request = new Gson().fromJson(Files.readString(file), Request.class);
            if (request == null || request.inputs == null || request.inputs.isEmpty()) {
                throw new IllegalArgumentException(file + " has no inputs");
            }
            String description = request.task == null ? null : request.task.description;
            return new AnswerCheck(description == null ? "" : description, request.inputs, MAX_TOKENS);
        } catch (JsonParseException e) {
            throw new IllegalArgumentException(file + " is no JSON request", e);
        }
    }

    private void report(Merged merged) {
        if (json) {
            JsonObject object = new Gson().toJsonTree(merged).getAsJsonObject();
            spec.commandLine().getOut().println(object);
        } else {
            spec.commandLine()
                    .getOut()
                    .printf(
                            "%s: %,d bytes; %d of %d answers are those of base model and adapter%n",
                            merged.file, merged.bytes, merged.same, merged.checked);
        }
        spec.commandLine().getOut().flush();
    }
}
