package dev.icmlora.cli.function;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.icmlora.client.IcmLoraClient;
import dev.icmlora.client.IcmLoraException;
import dev.icmlora.client.IcmLoraException.FieldError;

/// Answers lines by `/generate`, batch by batch. What is wrong with one input costs its own answer only.
///
/// @param request all of a body of `/generate` but the inputs
record BatchRun(IcmLoraClient function, ObjectNode request, RunOutput output) {

    /// What `/generate` takes.
    private static final int MOST_INPUTS = 256;
    /// The body was too long, or there was not time enough: half of it may do.
    private static final Set<Integer> TOO_MUCH = Set.of(413, 504);

    private static final Pattern INPUT = Pattern.compile("/inputs/(\\d{1,9})");

    /// @param text of the input
    private record Input(int index, String text) {}

    void run(BufferedReader lines) throws IOException {
        for (List<Input> batch = next(lines); !batch.isEmpty(); batch = next(lines)) {
            for (RunLine line : answered(batch)) {
                output.print(line);
            }
            output.flush();
            output.report(String.format("%,d inputs done", output.inputs()));
        }
    }

    /// The next lines, waiting for the first of them only, so that a slow writer gets answers meanwhile.
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

    private List<RunLine> answered(List<Input> inputs) throws IOException {
        try {
            return ask(inputs);
        } catch (IcmLoraException e) {
            Map<Integer, String> broken = broken(e);
            if (!broken.isEmpty()) {
                return withoutBroken(inputs, broken);
            }
            if (!TOO_MUCH.contains(e.status())) {
                throw e;
            }
            if (inputs.size() == 1) {
                return List.of(failed(inputs.getFirst(), FailedRequest.message(e)));
            }
            int half = inputs.size() / 2;
            List<RunLine> all = new ArrayList<>(answered(inputs.subList(0, half)));
            all.addAll(answered(inputs.subList(half, inputs.size())));
            return all;
        }
    }

    /// What is wrong with each input that is to blame, by its place in the request; empty where anything else is.
    private static Map<Integer, String> broken(IcmLoraException refused) {
        Map<Integer, String> broken = new HashMap<>();
        for (FieldError error : refused.errors()) {
            Matcher input = INPUT.matcher(error.field());
            if (!input.matches()) {
                return Map.of();
            }
            broken.put(Integer.parseInt(input.group(1)), error.message());
        }
        return broken;
    }

    private List<RunLine> withoutBroken(List<Input> inputs, Map<Integer, String> broken) throws IOException {
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

    private List<RunLine> ask(List<Input> inputs) throws IOException {
        ArrayNode texts = request.putArray("inputs");
        inputs.forEach(input -> texts.add(input.text()));
        JsonNode reply = function.post("/generate", request);
        JsonNode outputs = reply.path("outputs");
        if (outputs.size() != inputs.size()) {
            throw new IOException("what answered is not the function: it has not an output for each input");
        }
        if (reply.has("function")) {
            // All of a run has one version, even if a newer one is defined meanwhile.
            request.withObject("/task").set("function", reply.get("function"));
        }
        List<RunLine> all = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            JsonNode detail = reply.path("details").path(i);
            all.add(RunLine.answered(input.index(), input.text(), outputs.get(i), detail));
        }
        return all;
    }
}
