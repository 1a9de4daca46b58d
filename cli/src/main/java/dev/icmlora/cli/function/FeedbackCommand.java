package dev.icmlora.cli.function;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.icmlora.client.IcmLoraClient;

/// `icm-lora feedback`: says what is right of a function's answers.
@Command(
        name = "feedback",
        mixinStandardHelpOptions = true,
        description =
                "Says what is right for inputs of a function. Each line of FILE is a JSON object with input and output, and"
                        + " perhaps the id of the answer. Sending the same again changes nothing.",
        footer = {"", "icm-lora feedback urgency corrections.jsonl --improve"})
public final class FeedbackCommand implements Callable<Integer> {

    /// Corrections that the function takes in one request.
    private static final int MOST = 256;

    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec
    private CommandSpec spec;

    @Mixin
    private FunctionOptions function;

    @Parameters(index = "0", paramLabel = "NAME", description = "Such as urgency.")
    private String name;

    @Parameters(index = "1", paramLabel = "FILE", description = "JSON lines.")
    private Path file;

    @Option(
            names = "--improve",
            description = "Then have the function learn from all feedback, and print what came of it as JSON.")
    private boolean improve;

    @Override
    public Integer call() throws IOException {
        List<String> lines = Files.readAllLines(file).stream()
                .filter(line -> !line.isBlank())
                .toList();
        IcmLoraClient client = function.connect();
        String path = FunctionsCommand.path(name);
        PrintWriter out = spec.commandLine().getOut();
        for (int from = 0; from < lines.size(); from += MOST) {
            JsonNode taken = client.post(path + "/feedback", corrections(lines, from));
            out.println(taken.path("added") + " added, " + taken.path("known") + " known, " + taken.path("feedback")
                    + " in all");
            taken.path("contradictions").forEach(one -> out.println("contradiction: " + one));
            out.flush();
        }
        if (improve) {
            out.println(client.post(path + "/improve", JsonNodeFactory.instance.objectNode()));
            out.flush();
        }
        return 0;
    }

    private ArrayNode corrections(List<String> lines, int from) {
        ArrayNode corrections = JsonNodeFactory.instance.arrayNode();
        for (String line : lines.subList(from, Math.min(from + MOST, lines.size()))) {
            try {
                corrections.add(JSON.readTree(line));
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(file + ": '" + line + "' is no JSON: " + e.getOriginalMessage(), e);
            }
        }
        return corrections;
    }
}
