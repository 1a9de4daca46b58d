package dev.icmlora.openai;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;

import dev.icmlora.function.config.DefaultConfig;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.StrictReading;
import dev.icmlora.function.http.JsonBody;

/// Any bytes are a body of OpenAI's requests within its limits, or are refused with what a client can read.
class OpenAiFuzzTest {

    private static final FunctionConfig CONFIG = DefaultConfig.of(FunctionConfig.class);
    private static final CompletionRequests REQUESTS = new CompletionRequests(CONFIG, StrictReading.BODIES);
    private static final List<Consumer<JsonNode>> READERS = List.of(
            REQUESTS::chat,
            REQUESTS::plain,
            body -> EmbeddingRequest.read(body, CONFIG.limits().inputs()));

    @FuzzTest
    void read(byte[] body) {
        JsonNode json;
        try {
            json = StrictReading.JSON.readTree(body);
        } catch (IOException e) {
            StrictReading.requireReadable(RequestException.invalid(JsonBody.malformed(e)));
            return;
        }
        for (var reader : READERS) {
            try {
                reader.accept(json);
            } catch (RequestException refusal) {
                StrictReading.requireReadable(refusal);
                OpenAiError.of(refusal.problem());
            }
        }
    }
}
