package dev.icmlora.spark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.icmlora.client.IcmLoraClient;
import dev.icmlora.client.IcmLoraException;
import dev.icmlora.client.IcmLoraException.FieldError;

/// Sends the texts of a partition to a function, one request at a time.
final class BatchClient {

    /// The body was too long, or there was not time enough: half of it may do.
    private static final Set<Integer> TOO_MUCH = Set.of(413, 504);
    /// Requests for the same texts while the function has no time to tune.
    private static final int MOST_HURRIED = 3;

    private static final Pattern INPUT = Pattern.compile("/inputs/(\\d{1,9})");

    private final RemoteFunction function;
    private final Accumulators accumulators;
    private final IcmLoraClient client;
    private int batchSize;

    BatchClient(RemoteFunction function, Accumulators accumulators) {
        this.function = function;
        this.accumulators = accumulators;
        client = function.client().onRetry(() -> accumulators.retries().add(1));
        batchSize = function.options().batchSize();
    }

    /// How many texts a request should have: fewer after one that was too much.
    int batchSize() {
        return batchSize;
    }

    /// The answers to texts, each by its text.
    ///
    /// @throws RuntimeException if a text has no answer and that is to fail the task, or the task was killed
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
            Map<Integer, String> refused = refused(e, texts.size());
            if (refused.isEmpty()) {
                texts.forEach(text -> into.put(text, Answer.failed(e.getMessage(), function.version())));
            } else {
                refused.forEach((i, reason) -> into.put(texts.get(i), Answer.refused(reason, function.version())));
                send(without(texts, refused.keySet()), into);
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

    /// @return why each of some texts is refused; empty if the whole request is
    private static Map<Integer, String> refused(IcmLoraException e, int texts) {
        Map<Integer, String> refused = new TreeMap<>();
        for (FieldError error : e.errors()) {
            Matcher input = INPUT.matcher(error.field());
            if (!input.matches() || Integer.parseInt(input.group(1)) >= texts) {
                return Map.of();
            }
            refused.put(Integer.valueOf(input.group(1)), error.message().replace(error.field(), "the text"));
        }
        return refused;
    }

    private static List<String> without(List<String> texts, Set<Integer> some) {
        return IntStream.range(0, texts.size())
                .filter(i -> !some.contains(i))
                .mapToObj(texts::get)
                .toList();
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
