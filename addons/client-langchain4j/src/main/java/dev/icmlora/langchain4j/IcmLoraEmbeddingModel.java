package dev.icmlora.langchain4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.embedding.DimensionAwareEmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.TokenUsage;

import dev.icmlora.client.IcmLoraClient;
import dev.icmlora.client.IcmLoraException;

/// A running function as an embedding model: vectors of its sentence encoder, of length 1.
public final class IcmLoraEmbeddingModel extends DimensionAwareEmbeddingModel {

    /// What `/v1/embeddings` takes.
    private static final int MOST_TEXTS = 256;
    /// The body was too long, or there was not time enough: half of it may do.
    private static final Set<Integer> TOO_MUCH = Set.of(413, 504);

    private final IcmLoraClient client;
    private final String modelName;

    private IcmLoraEmbeddingModel(IcmLoraClient client, String modelName) {
        this.client = client;
        this.modelName = modelName;
    }

    /// @param modelName of the encoder, such as `e5-small-v2.Q8_0`
    public static IcmLoraEmbeddingModel of(IcmLoraClient client, String modelName) {
        return new IcmLoraEmbeddingModel(
                Objects.requireNonNull(client, "client"), Objects.requireNonNull(modelName, "modelName"));
    }

    @Override
    public String modelName() {
        return modelName;
    }

    @Override
    public EmbeddingRequestParameters defaultRequestParameters() {
        return EmbeddingRequestParameters.builder().modelName(modelName).build();
    }

    @Override
    public Set<EmbeddingParameter<?>> supportedParameters() {
        return Set.of(EmbeddingRequestParameters.MODEL_NAME);
    }

    @Override
    public EmbeddingResponse doEmbed(EmbeddingRequest request) {
        List<String> texts = request.inputs().stream().map(EmbeddingInput::text).toList();
        List<Embedding> embeddings = new ArrayList<>(texts.size());
        TokenUsage usage = new TokenUsage(0, 0);
        int most = MOST_TEXTS;
        while (embeddings.size() < texts.size()) {
            int begin = embeddings.size();
            List<String> batch = texts.subList(begin, Math.min(begin + most, texts.size()));
            ObjectNode body = JsonNodeFactory.instance.objectNode().put("model", request.modelName());
            batch.forEach(body.putArray("input")::add);
            JsonNode reply;
            try {
                reply = client.post("/v1/embeddings", body);
            } catch (IcmLoraException e) {
                if (batch.size() == 1 || !TOO_MUCH.contains(e.status())) {
                    throw Calls.mapped(e);
                }
                most = batch.size() / 2;
                continue;
            }
            requireAll(reply, batch.size());
            reply.path("data").forEach(entry -> embeddings.add(embedding(entry.path("embedding"))));
            usage = usage.add(
                    new TokenUsage(reply.path("usage").path("prompt_tokens").asInt(), 0));
        }
        return EmbeddingResponse.builder()
                .embeddings(embeddings)
                .modelName(request.modelName())
                .tokenUsage(usage)
                .build();
    }

    private static void requireAll(JsonNode reply, int texts) {
        int count = reply.path("data").size();
        if (count != texts) {
            throw new LangChain4jException(
                    "The reply has %d embeddings of %d texts: is this an ICM-LoRA function?".formatted(count, texts));
        }
    }

    private static Embedding embedding(JsonNode numbers) {
        float[] vector = new float[numbers.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = numbers.get(i).floatValue();
        }
        return Embedding.from(vector);
    }
}
