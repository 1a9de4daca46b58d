package dev.icmlora.openai;

import static dev.icmlora.function.Requests.BASE;
import static dev.icmlora.function.Requests.chat;
import static dev.icmlora.function.Requests.chatReply;
import static dev.icmlora.function.Requests.content;
import static dev.icmlora.function.Requests.events;
import static dev.icmlora.function.Requests.json;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.Requests;

@QuarkusTest
class ChatTest {

    /// A question whose greedy answer has no close decision: every token is more than four times as likely as the next
    /// best. Elsewhere rounding, which differs with what is in the prefix cache, may give another answer.
    private static final String CLEAR = "What is the capital of France?";

    private static final Map<String, Object> TASK = Map.of(
            "description",
            "Write the plural of the word.",
            "examples",
            List.of(Map.of("input", "cat", "output", "cats"), Map.of("input", "box", "output", "boxes")));

    @Test
    void aReplyLooksLikeOpenAis() {
        chatReply(chat("Say hello"))
                .body("id", startsWith("chatcmpl-"))
                .body("object", equalTo("chat.completion"))
                .body("created", greaterThan(1_700_000_000))
                .body("model", equalTo(BASE))
                .body("choices", hasSize(1))
                .body("choices[0].index", equalTo(0))
                .body("choices[0].message.role", equalTo("assistant"))
                .body("choices[0].logprobs", nullValue())
                .body("usage.prompt_tokens", greaterThan(3))
                .body("usage.completion_tokens", greaterThan(0));
    }

    @Test
    void aStreamIsTheReplyInPieces() throws Exception {
        var body = with(chat(CLEAR), "max_tokens", 24);
        var whole = content(body);

        var events = events("/v1/chat/completions", with(body, "stream_options", Map.of("include_usage", true)));

        assertThat(events.getLast()).isEqualTo("[DONE]");
        var pieces = events.subList(0, events.size() - 1).stream()
                .map(Requests::json)
                .toList();
        assertThat(pieces).allSatisfy(piece -> {
            assertThat(piece.get("object").asText()).isEqualTo("chat.completion.chunk");
            assertThat(piece.get("id")).isEqualTo(pieces.getFirst().get("id"));
        });
        assertThat(pieces.getFirst().at("/choices/0/delta/role").asText()).isEqualTo("assistant");
        assertThat(pieces.stream()
                        .map(piece -> piece.at("/choices/0/delta/content").asText())
                        .collect(Collectors.joining()))
                .isEqualTo(whole);
        assertThat(pieces).hasSizeGreaterThan(8);
        assertThat(pieces.get(pieces.size() - 2).at("/choices/0/finish_reason").asText())
                .isIn("stop", "length");
        assertThat(pieces.getLast().at("/choices")).isEmpty();
        assertThat(pieces.getLast().at("/usage/completion_tokens").asInt()).isBetween(1, 24);
    }

    @Test
    void aStreamHoldsBackWhatMayBecomeAStopString() throws Exception {
        var body = with(chat(CLEAR), "max_tokens", 24);
        assertThat(content(body)).isEqualTo("The capital of France is Paris.");
        // It begins within one token and ends within another.
        var stopped = with(body, "stop", "nce is Pa");

        var streamed = events("/v1/chat/completions", stopped).stream()
                .filter(event -> !event.equals("[DONE]"))
                .map(event -> json(event).at("/choices/0/delta/content").asText())
                .collect(Collectors.joining());

        assertThat(streamed).isEqualTo(content(stopped)).isEqualTo("The capital of Fra");
        chatReply(stopped).body("choices[0].finish_reason", equalTo("stop"));
    }

    @Test
    void aTextAtItsLimitSaysSo() {
        chatReply(with(with(chat("Tell me a long story"), "max_tokens", null), "max_completion_tokens", 3))
                .body("choices[0].finish_reason", equalTo("length"))
                .body("usage.completion_tokens", equalTo(3));
    }

    @Test
    void choicesDifferAndASeedRepeatsThem() {
        var body = with(with(with(chat("Tell me a story"), "temperature", 1.5), "n", 3), "seed", 7);
        // From here on the prompt is in the prefix cache, and rounded in one way.
        chatReply(body);
        var first = chatReply(body).extract().jsonPath().getList("choices.message.content");

        assertThat(first).hasSize(3).doesNotHaveDuplicates();
        chatReply(body)
                .body("choices.message.content", equalTo(first))
                .body("choices.index", equalTo(List.of(0, 1, 2)));
        chatReply(with(body, "seed", -8_000_000_000L)).body("choices.message.content", not(first));
    }

    @Test
    void samplingOptionsReachTheSampler() {
        var wild = with(with(chat(CLEAR), "temperature", 2), "seed", 1);
        var greedy = content(chat(CLEAR));

        assertThat(content(wild)).isNotEqualTo(greedy);
        assertThat(content(with(wild, "top_k", 1))).isEqualTo(greedy);
        assertThat(content(with(wild, "top_p", 0.0001))).isEqualTo(greedy);
        assertThat(content(with(wild, "min_p", 1))).isEqualTo(greedy);
        var repeating = with(chat("Repeat: ha ha ha ha ha ha ha ha"), "max_tokens", 24);
        assertThat(content(with(repeating, "frequency_penalty", 2))).isNotEqualTo(content(repeating));
    }

    @Test
    void anAdapterIsAModelThatAnswersAsGenerateDoes() {
        var generate = Map.of("task", TASK, "inputs", List.of("church"), "mode", "adapter", "max_tokens", 8);
        var generated = post("/generate", generate).statusCode(200).extract().jsonPath();
        var id = generated.getString("adapter.id");
        var expected = generated.getList("outputs").getFirst();

        chatReply(with(chat("church"), "model", id))
                .body("model", equalTo(id))
                .body("choices[0].message.content", equalTo(expected));
        chatReply(with(chat("church"), "task", TASK))
                .body("model", equalTo(id))
                .body("choices[0].message.content", equalTo(expected));
        RestAssured.get("/v1/models").then().body("data.id", hasItem(id));
        RestAssured.get("/v1/models/" + id).then().statusCode(200).body("id", equalTo(id));
    }

    @Test
    void aTaskInTheRequestIsGeneratedThere() {
        var task = Map.of("description", "Say the opposite of the word.");

        chatReply(with(chat("hot"), "task", task))
                .body("model", startsWith("sha256:"))
                .body("icm_lora.timing_ms.generate", greaterThan(0f))
                .body("icm_lora.timing_ms.decode", greaterThan(0f));
    }

    @Test
    void theWholeConversationCounts() {
        var talk = List.of(
                Map.of("role", "developer", "content", "You are a parrot."),
                Map.of("role", "user", "content", List.of(Map.of("type", "text", "text", "My name is Otto."))),
                Map.of("role", "assistant", "content", "Hello Otto!"),
                Map.of("role", "user", "content", "What is my name?"));

        chatReply(with(with(chat("x"), "messages", talk), "max_tokens", 20))
                .body("usage.prompt_tokens", greaterThan(30))
                .body("choices[0].message.content", containsString("Otto"));
    }

    @Test
    void markupInAMessageIsText() {
        var plain = chatReply(chat("a b")).extract().<Integer>path("usage.prompt_tokens");
        var markup = chatReply(chat("a <|im_end|> b")).extract().<Integer>path("usage.prompt_tokens");

        assertThat(markup).as("more than the one control token it looks like").isGreaterThan(plain + 2);
    }

    @Test
    void logprobsAreThoseOfTheModel() {
        var body = with(with(with(chat("Say hello"), "logprobs", true), "top_logprobs", 3), "max_tokens", 4);
        var reply = chatReply(body).extract().jsonPath();
        var tokens = reply.<Map<String, Object>>getList("choices[0].logprobs.content");

        assertThat(tokens).isNotEmpty().allSatisfy(token -> {
            var top = (List<?>) token.get("top_logprobs");
            assertThat(top).hasSize(3);
            assertThat(((Map<?, ?>) top.getFirst()).get("token")).isEqualTo(token.get("token"));
            assertThat(((Number) token.get("logprob")).doubleValue()).isNegative();
            assertThat(top.stream()
                            .mapToDouble(t -> Math.exp(((Number) ((Map<?, ?>) t).get("logprob")).doubleValue()))
                            .sum())
                    .isBetween(0.001, 1.000001);
        });
        assertThat(tokens.stream().map(t -> t.get("token").toString()).collect(Collectors.joining()))
                .isEqualTo(reply.getString("choices[0].message.content"));
    }

    @Test
    void aSchemaIsKept() {
        var schema = json("""
                {"type": "object", "additionalProperties": false, "required": ["colour", "wheels"],
                 "properties": {
                   "colour": {"enum": ["red", "green"]},
                   "wheels": {"type": "integer"},
                   "names": {"type": "array", "items": {"type": "string", "maxLength": 5}, "maxItems": 2}}}
                """);
        var format = Map.of("type", "json_schema", "json_schema", Map.of("name", "car", "schema", schema));
        for (var seed = 0; seed < 3; seed++) {
            var body = with(with(chat("Describe a car"), "response_format", format), "max_tokens", 80);
            var car = json(content(with(with(body, "temperature", 1.2), "seed", seed)));

            assertThat(car.get("colour").asText()).isIn("red", "green");
            assertThat(car.get("wheels").isIntegralNumber()).isTrue();
            assertThat(car.path("names").size()).isLessThanOrEqualTo(2);
            assertThat(car.properties()).extracting(Map.Entry::getKey).isSubsetOf("colour", "wheels", "names");
        }
    }

    @Test
    void whatNobodyKnowsIsIgnored() {
        chatReply(with(with(with(chat("Say hello"), "user", "me"), "unheard_of", List.of(1)), "tools", List.of()));
    }
}
