package dev.icmlora.cli.function;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/// Answers lines by `/generate`, batch by batch. What is wrong with one input costs its own answer only.
final class BatchRun {

    /// What `/generate` takes.
    private static final int MOST_INPUTS = 256;
    /// The body was too long, or there was not time enough: half of it may do.
    private static final Set<Integer> TOO_MUCH = Set.of(413, 504);

    private final RunningFunction function;
    private final JsonObject request;
    private final RunOutput output;

    /// @param request all of a body of `/generate` but the inputs
    BatchRun(RunningFunction function, JsonObject request, RunOutput output) {
        this.function = function;
        this.request = request.deepCopy();
        this.output = output;
    }

    /// @param text of the input
    private record Input(int index, String text) {}

    void run(BufferedReader lines) throws IOException, InterruptedException {
        for (List<Input> batch = next(lines); !batch.isEmpty(); batch = next(lines)) {
            for (RunLine line : answered(batch)) {
                output.print(line);
            }
            output.flush();
            output.report(String.format("%,d inputs done", output.inputs()));
        }
    }

    /// The next lines, waiting for the first of them only: whoever writes them slowly gets answers meanwhile.
    private List<Input> next(BufferedReader lines) throws IOException {
        List<Input> batch = new ArrayList<>();
        while (batch.size() < MOST_INPUTS && (batch.isEmpty() || lines.ready())) {
            String line = lines.readLine();
            if (line == null) {
                break;
            }
            batch.add(new Input(output.inputs() + batch.size(), line));
        }
        return batch;
    }

    private List<RunLine> answered(List<Input> inputs) throws IOException, InterruptedException {
        try {
            return ask(inputs);
        } catch (RefusedException e) {
            if (!e.inputs().isEmpty()) {
                return withoutBroken(inputs, e.inputs());
            }
            if (!TOO_MUCH.contains(e.status())) {
                throw e;
            }
            if (inputs.size() == 1) {
                return List.of(failed(inputs.getFirst(), e.getMessage()));
            }
            int half = inputs.size() / 2;
            List<RunLine> all = new ArrayList<>(answered(inputs.subList(0, half)));
            all.addAll(answered(inputs.subList(half, inputs.size())));
            return all;
        }
    }

    private List<RunLine> withoutBroken(List<Input> inputs, Map<Integer, String> broken)
            throws IOException, InterruptedException {
        List<RunLine> all = new ArrayList<>();
        List<Input> rest = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            if (broken.containsKey(i)) {
                // The function counts within the request.
                all.add(failed(input, broken.get(i).replaceFirst("^/inputs/\\d+", "/inputs/" + input.index())));
            } else {
                rest.add(input);
            }
        }
        if (rest.size() == inputs.size()) {
            throw new IOException("the function refuses inputs that it was not sent");
        }
        if (!rest.isEmpty()) {
            all.addAll(answered(rest));
        }
        all.sort(Comparator.comparingInt(RunLine::index));
        return all;
    }

    private static RunLine failed(Input input, String error) {
        return RunLine.failed(input.index(), input.text(), error);
    }

    private List<RunLine> ask(List<Input> inputs) throws IOException, InterruptedException {
        JsonArray texts = new JsonArray();
        inputs.forEach(input -> texts.add(input.text()));
        request.add("inputs", texts);
        JsonObject reply = Replies.object(function.generate(request.toString()));
        JsonArray outputs = reply.getAsJsonArray("outputs");
        if (outputs == null || outputs.size() != inputs.size()) {
            throw new IOException("what answered is not the function: it has not an output for each input");
        }
        if (reply.has("function")) {
            // All of a run has one version, also where somebody defines another one meanwhile.
            request.getAsJsonObject("task").add("function", reply.get("function"));
        }
        JsonArray details = reply.getAsJsonArray("details");
        List<RunLine> all = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            JsonElement detail = details == null ? new JsonObject() : details.get(i);
            all.add(RunLine.answered(input.index(), input.text(), outputs.get(i), detail.getAsJsonObject()));
        }
        return all;
    }
}
