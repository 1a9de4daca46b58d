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

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `icm-lora ask`: answers inputs, each as it is written.
@Command(
        name = "ask",
        mixinStandardHelpOptions = true,
        description = "Asks a running function and prints its answers as they are written.",
        footer = {"", "icm-lora ask -d 'Write the plural of the word.' -e 'cat => cats' church knife"})
public final class AskCommand implements Callable<Integer> {
    private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();

    @Spec
    private CommandSpec spec;

    @Mixin
    private FunctionOptions function;

    @Mixin
    private TaskOptions task;

    @Mixin
    private TuneOptions tuning;

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

    @Option(names = "--json", description = "Print a JSON object for each input, when its answer is whole.")
    private boolean json;

    @Parameters(paramLabel = "INPUT", description = "What to answer; without any, each line of the standard input.")
    private List<String> inputs = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (adapter != null && task.isGiven()) {
            throw new IllegalArgumentException("--adapter stands in place of a task");
        }
        try (RunningFunction running = function.connect()) {
            Optional<JsonObject> tuned = tuning.tuned(task, running);
            JsonObject request = new JsonObject();
            request.addProperty(
                    "model", tuned.isPresent() ? tuned.get().get("id").getAsString() : model(running));
            request.addProperty("stream", true);
            request.addProperty("temperature", temperature);
            request.addProperty("max_tokens", maxTokens);
            if (task.isGiven() && tuned.isEmpty()) {
                request.add("task", task.task());
            }
            if (!inputs.isEmpty()) {
                for (String input : inputs) {
                    answer(input, request, running);
                }
                return 0;
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    answer(line, request, running);
                }
            }
            return 0;
        }
    }

    private String model(RunningFunction running) throws IOException, InterruptedException {
        return adapter == null ? running.baseModel() : adapter;
    }

    private void answer(String input, JsonObject request, RunningFunction running)
            throws IOException, InterruptedException {
        JsonObject message = new JsonObject();
        message.addProperty("role", "user");
        message.addProperty("content", input);
        JsonArray messages = new JsonArray();
        messages.add(message);
        request.add("messages", messages);
        PrintWriter out = spec.commandLine().getOut();
        StringBuilder whole = new StringBuilder();
        String model = running.chat(request, piece -> {
            whole.append(piece);
            if (!json) {
                out.print(piece);
                out.flush();
            }
        });
        if (json) {
            JsonObject answer = new JsonObject();
            answer.addProperty("input", input);
            answer.addProperty("output", whole.toString());
            answer.addProperty("model", model);
            out.print(JSON.toJson(answer));
        }
        out.println();
        out.flush();
    }
}
