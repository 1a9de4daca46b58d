package dev.icmlora.cli.function;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.icmlora.client.IcmLoraClient;

/// `icm-lora ask`: answers inputs, each as it is written.
@Command(
        name = "ask",
        mixinStandardHelpOptions = true,
        description = "Asks a running function and prints its answers as they are written.",
        footer = {
            "",
            "icm-lora ask -d 'Write the plural of the word.' -e 'cat => cats' church knife",
            "icm-lora ask -d 'How urgent is it?' --labels immediate,wait --abstain 0.8 --json 'The house is on fire.'"
        })
public final class AskCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private FunctionOptions function;

    @Mixin
    private TaskOptions task;

    @Mixin
    private TuneOptions tuning;

    @Mixin
    private FormOptions form;

    @Option(names = "--adapter", paramLabel = "ID", description = "A known adapter, in place of a task.")
    private String adapter;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "Most tokens of an answer (default: ${DEFAULT-VALUE}).")
    private int maxTokens = 64;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "0 takes the likeliest token each time (default: ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(names = "--confidence", description = "Say with --json how sure each answer is.")
    private boolean confidence;

    @Option(names = "--json", description = "Print a JSON object for each input, when its answer is whole.")
    private boolean json;

    @Parameters(paramLabel = "INPUT", description = "What to answer; without any, each line of the standard input.")
    private List<String> inputs = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        if (adapter != null && task.isGiven()) {
            throw new IllegalArgumentException("--adapter stands in place of a task");
        }
        IcmLoraClient client = function.connect();
        Optional<String> known = tuning.tuned(task, client)
                .map(tuned -> tuned.required("id").asText())
                .or(() -> Optional.ofNullable(adapter));
        ObjectNode request = isWhole() ? formed(known) : written(known, client);
        request.put("temperature", temperature);
        request.put("max_tokens", maxTokens);
        if (!inputs.isEmpty()) {
            inputs.forEach(input -> answer(input, request, client));
            return 0;
        }
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.isBlank()) {
                answer(line, request, client);
            }
        }
        return 0;
    }

    /// Whether the answers come as a whole, with what is known of them.
    private boolean isWhole() {
        return form.isGiven() || confidence;
    }

    /// A chat, whose answer comes in pieces.
    private ObjectNode written(Optional<String> known, IcmLoraClient client) throws IOException {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("model", known.orElseGet(() -> baseModel(client)));
        request.put("stream", true);
        if (task.isGiven() && known.isEmpty()) {
            request.set("task", task.task());
        }
        return request;
    }

    private static String baseModel(IcmLoraClient client) {
        return client.get("/v1/models")
                .required("data")
                .required(0)
                .required("id")
                .asText();
    }

    /// A body of `/generate`, which knows more of an answer than its text.
    private ObjectNode formed(Optional<String> known) throws IOException {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        if (known.isPresent()) {
            request.put("adapter", known.get());
        } else {
            request.set("task", task.task());
        }
        request.put("mode", "adapter");
        request.put("confidence", confidence);
        form.addTo(request);
        return request;
    }

    private void answer(String input, ObjectNode request, IcmLoraClient client) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("input", input);
        PrintWriter out = spec.commandLine().getOut();
        if (isWhole()) {
            choose(input, request, client, answer);
            if (!json) {
                out.print(answer.path("output").asText(""));
            }
        } else {
            write(input, request, client, answer);
        }
        out.println(json ? answer : "");
        out.flush();
    }

    private static void choose(String input, ObjectNode request, IcmLoraClient client, ObjectNode answer) {
        request.putArray("inputs").add(input);
        JsonNode reply = client.post("/generate", request);
        answer.set("output", reply.required("outputs").required(0));
        answer.setAll((ObjectNode) reply.required("details").required(0));
        answer.set("model", reply.required("adapter").get("id"));
    }

    private void write(String input, ObjectNode request, IcmLoraClient client, ObjectNode answer) {
        request.putArray("messages").addObject().put("role", "user").put("content", input);
        answer.put("output", "");
        answer.set("model", request.get("model"));
        try (Stream<JsonNode> chunks = client.events("/v1/chat/completions", request)) {
            chunks.forEach(chunk -> {
                String piece = chunk.path("choices")
                        .path(0)
                        .path("delta")
                        .path("content")
                        .asText("");
                answer.put("output", answer.get("output").asText() + piece);
                answer.set("model", chunk.required("model"));
                if (!json) {
                    spec.commandLine().getOut().print(piece);
                    spec.commandLine().getOut().flush();
                }
            });
        }
    }
}
