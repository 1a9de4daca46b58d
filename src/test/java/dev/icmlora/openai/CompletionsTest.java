package dev.icmlora.openai;

import static dev.icmlora.function.Requests.BASE;
import static dev.icmlora.function.Requests.ENCODER;
import static dev.icmlora.function.Requests.completion;
import static dev.icmlora.function.Requests.events;
import static dev.icmlora.function.Requests.json;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.startsWith;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
class CompletionsTest {

    @Test
    void aPromptIsContinued() {
        post("/v1/completions", completion("The capital of France is"))
                .statusCode(200)
                .body("id", startsWith("cmpl-"))
                .body("object", equalTo("text_completion"))
                .body("model", equalTo(BASE))
                .body("choices[0].text", startsWith(" Paris"))
                .body("choices[0].finish_reason", equalTo("length"))
                .body("usage.completion_tokens", equalTo(8));
    }

    @Test
    void everyPromptHasItsChoices() {
        var body = with(with(completion(""), "prompt", List.of("One, two,", "Red, green,")), "n", 2);

        var texts = post("/v1/completions", body)
                .statusCode(200)
                .body("choices", hasSize(4))
                .body("choices.index", equalTo(List.of(0, 1, 2, 3)))
                .extract()
                .jsonPath()
                .<String>getList("choices.text");

        assertThat(texts.get(0)).isEqualTo(texts.get(1)).isNotEqualTo(texts.get(2));
        assertThat(texts.get(2)).isEqualTo(texts.get(3));
    }

    @Test
    void aStreamIsTheReplyInPieces() throws Exception {
        // No token of this answer is a close decision, which rounding could turn.
        var body = completion("1, 2, 3, 4, 5, 6, 7, 8,");
        var whole = post("/v1/completions", body).extract().<String>path("choices[0].text");

        var events = events("/v1/completions", body);

        assertThat(events.getLast()).isEqualTo("[DONE]");
        assertThat(events.stream()
                        .filter(event -> !event.equals("[DONE]"))
                        .map(event -> json(event).at("/choices/0/text").asText())
                        .collect(Collectors.joining()))
                .isEqualTo(whole);
    }

    @Test
    void logprobsAreListsOfTheSameLength() {
        var body = with(with(completion("One, two,"), "logprobs", 2), "max_tokens", 3);
        var logprobs = post("/v1/completions", body).statusCode(200).extract().jsonPath();

        assertThat(logprobs.getList("choices[0].logprobs.tokens")).hasSize(3);
        assertThat(logprobs.getList("choices[0].logprobs.token_logprobs")).hasSize(3);
        assertThat(logprobs.<Map<String, ?>>getList("choices[0].logprobs.top_logprobs"))
                .allSatisfy(top -> assertThat(top).hasSize(2));
        assertThat(logprobs.getList("choices[0].logprobs.text_offset").getFirst())
                .isEqualTo(0);
    }

    @Test
    void textOffsetsCountCharactersThatTokensShareOnce() {
        var body =
                with(with(completion("Repeat: 🙂🙂🙂🙂🙂🙂 🙂🙂🙂🙂🙂🙂 🙂🙂🙂🙂"), "logprobs", 0), "max_tokens", 12);
        var reply = post("/v1/completions", body).statusCode(200).extract().jsonPath();
        var text = reply.getString("choices[0].text");
        var offsets = reply.getList("choices[0].logprobs.text_offset", Integer.class);

        assertThat(reply.getList("choices[0].logprobs.tokens", String.class))
                .as("a character in several tokens")
                .anyMatch(token -> token.contains("\uFFFD"));
        assertThat(offsets).isSorted().allMatch(offset -> offset <= text.codePointCount(0, text.length()));
    }

    @Test
    void embeddingsHaveLengthOneAndTellTextsApart() {
        var body = Map.of(
                "model", ENCODER, "input", List.of("The cat sleeps.", "The cat is sleeping.", "Stock prices fell."));
        var reply = post("/v1/embeddings", body)
                .statusCode(200)
                .body("data", hasSize(3))
                .extract()
                .jsonPath();
        var vectors = List.of(
                vector(reply.getList("data[0].embedding")),
                vector(reply.getList("data[1].embedding")),
                vector(reply.getList("data[2].embedding")));

        assertThat(vectors).allSatisfy(v -> {
            assertThat(v).hasSize(384);
            assertThat(dot(v, v)).isCloseTo(1, within(1e-4));
        });
        assertThat(dot(vectors.get(0), vectors.get(1))).isGreaterThan(dot(vectors.get(0), vectors.get(2)));
        assertThat(reply.getInt("usage.prompt_tokens")).isGreaterThan(10);
    }

    @Test
    void embeddingsComeAsTextToo() {
        var floats = post("/v1/embeddings", Map.of("model", ENCODER, "input", "hello"))
                .extract()
                .jsonPath()
                .<Number>getList("data[0].embedding");
        var text = post("/v1/embeddings", Map.of("model", ENCODER, "input", "hello", "encoding_format", "base64"))
                .statusCode(200)
                .extract()
                .<String>path("data[0].embedding");
        var buffer = ByteBuffer.wrap(Base64.getDecoder().decode(text))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();

        assertThat(buffer.remaining()).isEqualTo(floats.size());
        for (var i = 0; i < floats.size(); i++) {
            assertThat(buffer.get(i)).isCloseTo(floats.get(i).floatValue(), within(1e-6f));
        }
    }

    @Test
    void embeddingsAreTheEncoders() {
        post("/v1/embeddings", Map.of("model", "sha256:" + "0".repeat(64), "input", "x"))
                .statusCode(404);
        post("/v1/embeddings", Map.of("model", BASE, "input", "x"))
                .statusCode(404)
                .body("error.message", containsString("There is " + ENCODER));
        post("/v1/embeddings", Map.of("model", ENCODER, "input", "word ".repeat(5000)))
                .statusCode(400)
                .body("error.param", equalTo("input"));
        post("/v1/embeddings", Map.of("model", BASE, "input", "x", "dimensions", 5))
                .statusCode(400)
                .body("error.param", equalTo("dimensions"));
    }

    private static double[] vector(List<? extends Object> numbers) {
        return numbers.stream().mapToDouble(n -> ((Number) n).doubleValue()).toArray();
    }

    private static double dot(double[] a, double[] b) {
        var sum = 0.0;
        for (var i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
