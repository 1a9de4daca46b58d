package dev.icmlora.cli.function;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.client.IcmLoraClient;

/// `icm-lora adapter`: has an adapter generated, and saves it.
@Command(
        name = "adapter",
        mixinStandardHelpOptions = true,
        description = "Has a running function generate an adapter, and saves it as a file.",
        footer = {"", "icm-lora adapter -d 'Write the plural of the word.' --out plural.gguf"})
public final class AdapterCommand implements Callable<Integer> {

    /// The file's form, by the program that reads it.
    enum Form {
        /// llama.cpp's `--lora`.
        gguf("application/x-gguf", ".gguf"),
        /// PEFT, once unpacked.
        peft("application/zip", ".zip");

        private final String mediaType;
        private final String extension;

        Form(String mediaType, String extension) {
            this.mediaType = mediaType;
            this.extension = extension;
        }
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private FunctionOptions function;

    @Mixin
    private TaskOptions task;

    @Mixin
    private TuneOptions tuning;

    @Option(names = "--adapter", paramLabel = "ID", description = "Save this known adapter, and make none.")
    private String id;

    @Option(names = "--form", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Form form = Form.gguf;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Default: the adapter's id, in this folder.")
    private Path out;

    @Option(names = "--json", description = "Print what was saved as a JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (id != null && task.isGiven()) {
            throw new IllegalArgumentException("--adapter stands in place of a task");
        }
        IcmLoraClient client = function.connect();
        ObjectNode description = description(client);
        String known = description.required("id").asText();
        byte[] bytes = download(known, client);
        if (form == Form.gguf && !known.equals(id(bytes))) {
            throw new IOException("what came is not the adapter " + known);
        }
        Path file = out == null ? Path.of(known.replace(':', '-') + form.extension) : out;
        save(bytes, file);
        if (json) {
            spec.commandLine().getOut().println(description.put("file", file.toString()));
        } else {
            spec.commandLine().getOut().printf("%s: %s, %,d bytes%n", file, known, bytes.length);
        }
        spec.commandLine().getOut().flush();
        return 0;
    }

    private static String id(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private ObjectNode description(IcmLoraClient client) throws IOException {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        if (id != null) {
            return request.put("id", id);
        }
        JsonNode tuned = tuning.tuned(task, client).orElse(null);
        return (ObjectNode) (tuned != null ? tuned : client.post("/adapter", request.set("task", task.task())));
    }

    private byte[] download(String known, IcmLoraClient client) throws IOException {
        try (InputStream bytes = client.download("/adapters/" + known, form.mediaType);
                InputStream shown = ProgressBar.wrap(bytes, "download")) {
            return shown.readAllBytes();
        }
    }

    /// A file that was there stays whole until the new one is.
    private static void save(byte[] bytes, Path file) throws IOException {
        // Not createTempFile, whose files no other user may read.
        Path draft = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            Files.write(draft, bytes);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }
}
