package dev.icmlora.spark;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.icmlora.client.IcmLoraClient;
import dev.icmlora.client.IcmLoraException;

/// Sends the texts of a partition to a function, one request at a time.
final class BatchClient extends TextAnswers {

    /// The body was too long, or there was not time enough: half of it may do.
    private static final Set<Integer> TOO_MUCH = Set.of(413, 504);
    /// Requests for the same texts while the function has no time to tune.
    private static final int MOST_HURRIED = 3;

    private final RemoteFunction function;
    private final Accumulators accumulators;
    private final IcmLoraClient client;
    private int batchSize;

    BatchClient(RemoteFunction function, Accumulators accumulators) {
        super(function);
        this.function = function;
        this.accumulators = accumulators;
        client = function.client().onRetry(() -> accumulators.retries().add(1));
        batchSize = function.options().batchSize();
    }

    /// Fewer after one that was too much.
    @Override
    int batchSize() {
        return batchSize;
    }

    @Override
    Map<String, Answer> answers(List<String> texts) {
        Map<String, Answer> answers = new HashMap<>();
        send(texts, answers);
        return answers;
    }

    private void send(List<String> texts, Map<String, Answer> into) {
        if (texts.isEmpty()) {
            return;
        }
        try {
            read(reply(body(texts)), texts, into);
        } catch (IcmLoraException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            if (TOO_MUCH.contains(e.status()) && texts.size() > 1) {
                batchSize = texts.size() / 2;
                send(texts.subList(0, batchSize), into);
                send(texts.subList(batchSize, texts.size()), into);
                return;
            }
            if (function.options().failFast()) {
                throw e;
            }
            Map<String, String> errors = new LinkedHashMap<>();
            e.errors().forEach(error -> errors.put(error.field(), error.message()));
            List<String> others = refuse(errors, texts, into);
            if (others.size() == texts.size()) {
                texts.forEach(text -> into.put(text, Answer.failed(e.getMessage(), function.version())));
            } else {
                send(others, into);
            }
        }
    }

    /// A function that has no time to tune answers without, and may answer otherwise once it is tuned.
    private JsonNode reply(ObjectNode body) {
        JsonNode reply = post(body);
        for (int sent = 1; sent < MOST_HURRIED && isHurried(reply.path("selection")); sent++) {
            accumulators.retries().add(1);
            reply = post(body);
        }
        return reply;
    }

    private JsonNode post(ObjectNode body) {
        JsonNode reply = client.post("/generate", body);
        JsonNode usage = reply.path("usage");
        accumulators
                .tokens()
                .add(usage.path("prompt_tokens").asLong()
                        + usage.path("completion_tokens").asLong());
        return reply;
    }

    private static boolean isHurried(JsonNode selection) {
        return selection.path("hurried").asBoolean()
                && !selection.path("served").asText().equals("tuned");
    }

    private ObjectNode body(List<String> texts) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("confidence", true);
        body.putObject("task").put("function", function.version());
        if (function.options().abstainBelow() > 0) {
            body.put("abstain_below", function.options().abstainBelow());
        }
        texts.forEach(body.putArray("inputs")::add);
        return body;
    }

    private void read(JsonNode reply, List<String> texts, Map<String, Answer> into) {
        JsonNode outputs = reply.path("outputs");
        if (outputs.size() != texts.size()) {
            throw new IllegalStateException("The reply of " + function + " has " + outputs.size() + " outputs for "
                    + texts.size() + " texts: is that an ICM-LoRA function?");
        }
        for (int i = 0; i < texts.size(); i++) {
            JsonNode detail = reply.path("details").path(i);
            String output = outputs.get(i).textValue();
            if (output == null) {
                accumulators.abstentions().add(1);
            }
            Answer answer = new Answer(
                    output,
                    detail.hasNonNull("confidence") ? detail.get("confidence").doubleValue() : null,
                    output == null ? detail.path("reason").asText("the function gave no reason") : null,
                    function.version(),
                    false);
            into.put(texts.get(i), answer);
        }
    }
}
