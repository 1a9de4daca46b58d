package dev.icmlora.openai;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;

import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.openai.TextService.Embeddings;

/// Reply of `POST /v1/embeddings`.
@RegisterForReflection
record EmbeddingList(String object, List<Entry> data, String model, Tokens usage) {

    /// @param embedding an array of numbers, or the Base64 text of them
    record Entry(String object, int index, Object embedding) {}

    record Tokens(int promptTokens, int totalTokens) {}

    static EmbeddingList of(Embeddings reply, boolean base64) {
        var data = IntStream.range(0, reply.vectors().size())
                .mapToObj(i -> {
                    var vector = reply.vectors().get(i);
                    return new Entry("embedding", i, base64 ? base64(vector) : vector);
                })
                .toList();
        return new EmbeddingList("list", data, reply.model(), new Tokens(reply.promptTokens(), reply.promptTokens()));
    }

    private static String base64(float[] vector) {
        var bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
