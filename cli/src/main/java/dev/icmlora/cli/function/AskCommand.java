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
import com.google.gson.JsonElement;
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
        footer = {
            "",
            "icm-lora ask -d 'Write the plural of the word.' -e 'cat => cats' church knife",
            "icm-lora ask -d 'How urgent is it?' --labels immediate,wait --abstain 0.8 --json 'The house is on fire.'"
        })
public final class AskCommand implements Callable<Integer> {
    private static final Gson JSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

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
    public Integer call() throws IOException, InterruptedException {
        if (adapter != null && task.isGiven()) {
            throw new IllegalArgumentException("--adapter stands in place of a task");
        }
        try (RunningFunction running = function.connect()) {
            Optional<String> known = tuning.tuned(task, running)
                    .map(tuned -> tuned.get("id").getAsString())
                    .or(() -> Optional.ofNullable(adapter));
            JsonObject request = isWhole() ? formed(known) : written(known, running);
            request.addProperty("temperature", temperature);
            request.addProperty("max_tokens", maxTokens);
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

    /// Whether the answers come as a whole, with what is known of them.
    private boolean isWhole() {
        return form.isGiven() || confidence;
    }

    /// A chat, whose answer comes in pieces.
    private JsonObject written(Optional<String> known, RunningFunction running)
            throws IOException, InterruptedException {
        JsonObject request = new JsonObject();
        request.addProperty("model", known.isPresent() ? known.get() : running.baseModel());
        request.addProperty("stream", true);
        if (task.isGiven() && known.isEmpty()) {
            request.add("task", task.task());
        }
        return request;
    }

    /// A body of `/generate`, which knows more of an answer than its text.
    private JsonObject formed(Optional<String> known) throws IOException {
        JsonObject request = new JsonObject();
        if (known.isPresent()) {
            request.addProperty("adapter", known.get());
        } else {
            request.add("task", task.task());
        }
        request.addProperty("mode", "adapter");
        request.addProperty("confidence", confidence);
        form.addTo(request);
        return request;
    }

    private void answer(String input, JsonObject request, RunningFunction running)
            throws IOException, InterruptedException {
        if (isWhole()) {
            choose(input, request, running);
        } else {
            write(input, request, running);
        }
    }

    private void choose(String input, JsonObject request, RunningFunction running)
            throws IOException, InterruptedException {
        JsonArray inputs = new JsonArray();
        inputs.add(input);
        request.add("inputs", inputs);
        JsonObject reply = Replies.object(running.generate(JSON.toJson(request)));
        JsonElement output = reply.getAsJsonArray("outputs").get(0);
        JsonObject detail = reply.getAsJsonArray("details").get(0).getAsJsonObject();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            JsonObject answer = new JsonObject();
            answer.addProperty("input", input);
            answer.add("output", output);
            detail.entrySet().forEach(entry -> answer.add(entry.getKey(), entry.getValue()));
            answer.add("model", reply.getAsJsonObject("adapter").get("id"));
            out.println(JSON.toJson(answer));
        } else {
            out.println(output.isJsonNull() ? "" : output.getAsString());
        }
        out.flush();
    }

    private void write(String input, JsonObject request, RunningFunction running)
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
