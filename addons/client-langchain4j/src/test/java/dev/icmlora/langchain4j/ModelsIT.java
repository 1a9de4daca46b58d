package dev.icmlora.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.decision.request.ChoiceQuestion;
import dev.langchain4j.model.decision.request.DecisionRequest;
import dev.langchain4j.model.decision.request.ScaleQuestion;
import dev.langchain4j.model.decision.request.YesNoQuestion;
import dev.langchain4j.model.output.FinishReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import dev.icmlora.client.IcmLoraClient;
import dev.icmlora.client.RunningFunction;

/// LangChain4j's interfaces against the function with the real model.
@ExtendWith(RunningFunction.class)
class ModelsIT {

    private static final String BASE = "SmolLM2-135M-Instruct.Q8_0";
    private static final String ENCODER = "e5-small-v2.Q8_0";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final IcmLoraClient client;
    private final IcmLoraChatModel model;

    ModelsIT(URI function) {
        client = IcmLoraClient.of(function);
        model = IcmLoraChatModel.of(
                client,
                ChatRequestParameters.builder()
                        .modelName(BASE)
                        .temperature(0.0)
                        .maxOutputTokens(8)
                        .build());
    }

    @Test
    void aChatIsContinued() {
        var reply = model.chat(
                SystemMessage.from("You repeat words."),
                UserMessage.from("Say tree."),
                AiMessage.from("tree"),
                UserMessage.from("Say lake."));

        assertThat(reply.aiMessage().text()).isNotBlank();
        assertThat(reply.modelName()).isEqualTo(BASE);
        assertThat(reply.id()).startsWith("chatcmpl-");
        assertThat(reply.tokenUsage().inputTokenCount()).isPositive();
        assertThat(reply.tokenUsage().outputTokenCount()).isBetween(1, 8);
        assertThat(reply.tokenUsage().totalTokenCount())
                .isEqualTo(reply.tokenUsage().inputTokenCount()
                        + reply.tokenUsage().outputTokenCount());
    }

    @Test
    void parametersOfARequestGoBeforeThoseOfTheModel() {
        var question = UserMessage.from("Count from one to one hundred.");
        var brief = model.chat(
                ChatRequest.builder().messages(question).maxOutputTokens(2).build());

        assertThat(brief.tokenUsage().outputTokenCount()).isEqualTo(2);
        assertThat(brief.finishReason()).isEqualTo(FinishReason.LENGTH);
        var whole = model.chat(question).aiMessage().text();
        var stop = whole.substring(whole.length() / 2, whole.length() / 2 + 2);
        var stopped = model.chat(ChatRequest.builder()
                .messages(question)
                .stopSequences(List.of(stop))
                .build());
        assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(stopped.aiMessage().text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
    }

    @Test
    void jsonFollowsItsSchema() throws Exception {
        var schema = JsonSchema.builder()
                .name("car")
                .rootElement(JsonObjectSchema.builder()
                        .addEnumProperty("colour", List.of("red", "green"))
                        .addIntegerProperty("doors")
                        .required("colour", "doors")
                        .build())
                .build();
        var format = ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(schema)
                .build();

        var reply = model.chat(ChatRequest.builder()
                .messages(UserMessage.from("Describe a red car."))
                .responseFormat(format)
                .maxOutputTokens(40)
                .build());

        var car = JSON.readTree(reply.aiMessage().text());
        assertThat(car.get("colour").asText()).isIn("red", "green");
        assertThat(car.get("doors").isInt()).isTrue();
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void jsonWithoutASchemaIsAnObject() throws Exception {
        var reply = model.chat(ChatRequest.builder()
                .messages(UserMessage.from("Describe a red car as JSON."))
                .responseFormat(ResponseFormat.JSON)
                .maxOutputTokens(4)
                .build());

        assertThat(reply.aiMessage().text()).startsWith("{");
    }

    @Test
    void anAdapterIsAModelByItsId() throws Exception {
        var task = JSON.readTree("{\"task\": {\"description\": \"Write the plural of the word.\"}}");
        var id = client.post("/adapter", task).get("id").asText();

        var reply = IcmLoraChatModel.of(client, id).chat(UserMessage.from("church"));

        assertThat(reply.modelName()).isEqualTo(id);
        assertThat(reply.aiMessage().text()).isNotBlank();
    }

    @Test
    void aListenerHearsOfIt() {
        var heard = new ArrayList<String>();
        var watched = model.withListeners(List.of(new ChatModelListener() {
            @Override
            public void onResponse(ChatModelResponseContext context) {
                heard.add(context.chatResponse().aiMessage().text());
            }
        }));

        var text = watched.chat("Say hello.");

        assertThat(heard).containsExactly(text);
    }

    @Test
    void whatIsWrongIsWhatLangChain4jCallsIt() {
        var hot = ChatRequest.builder()
                .messages(UserMessage.from("a"))
                .temperature(9.0)
                .build();
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> model.chat(hot))
                .withMessageContaining("/temperature is 9.0, outside 0.0 to 2.0");
        assertThatExceptionOfType(ModelNotFoundException.class)
                .isThrownBy(() -> IcmLoraChatModel.of(client, "gpt-9").chat("a"))
                .withMessageContaining("gpt-9");
        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> IcmLoraChatModel.of(client.withTimeout(Duration.ofMillis(1)), BASE)
                        .chat("a"));
        assertThatExceptionOfType(LangChain4jException.class)
                .isThrownBy(() -> IcmLoraChatModel.of(IcmLoraClient.of(URI.create("http://127.0.0.1:9")), BASE)
                        .chat("a"))
                .withMessageContaining("Nothing answers");
    }

    @Test
    void whatTheFunctionHasNotIsRefused() {
        var tool = ToolSpecification.builder().name("clock").build();
        assertThatExceptionOfType(UnsupportedFeatureException.class)
                .isThrownBy(() -> model.chat(ChatRequest.builder()
                        .messages(UserMessage.from("What time is it?"))
                        .toolSpecifications(tool)
                        .build()))
                .withMessageContaining("tools");
        assertThatExceptionOfType(UnsupportedFeatureException.class)
                .isThrownBy(() -> model.chat(UserMessage.from(ImageContent.from("http://127.0.0.1/a.png"))))
                .withMessageContaining("IMAGE");
    }

    @Test
    void questionsAreAnsweredWithProbabilities() {
        var reply = IcmLoraDecisionModel.of(client, BASE)
                .decide(DecisionRequest.builder()
                        .inputFields(Map.of("message", "I was charged twice for one order."))
                        .question(
                                "team",
                                ChoiceQuestion.builder()
                                        .text("Which team answers it?")
                                        .option("billing", "Payments and refunds")
                                        .option("technical")
                                        .build())
                        .question(
                                "urgency",
                                ScaleQuestion.builder()
                                        .text("How urgent is it?")
                                        .level("low", "can wait")
                                        .level("high")
                                        .build())
                        .question("angry", YesNoQuestion.from("Is the customer angry?"))
                        .build());

        assertThat(reply.modelName()).isEqualTo(BASE);
        assertThat(reply.tokenUsage().inputTokenCount()).isPositive();
        var team = reply.choice("team");
        assertThat(team.probabilities()).containsOnlyKeys("billing", "technical");
        assertThat(team.probabilityOf(team.value())).isGreaterThanOrEqualTo(0.5);
        assertThat(reply.scale("urgency").mean())
                .isCloseTo(reply.scale("urgency").probabilities().get(1), within(1e-6));
        assertThat(reply.yesNo("angry").probability()).isBetween(0.0, 1.0);
    }

    @Test
    void aNamedFunctionIsADecisionModel() {
        var name = "f" + UUID.randomUUID();
        client.function(name, String.class, Boolean.class)
                .describedAs("Is it about money?")
                .build();
        var question = ChoiceQuestion.from("Is it about money?", List.of("true", "false"));
        var messages = DecisionRequest.builder()
                .inputMessages(UserMessage.from("Where is my refund?"), AiMessage.from("On its way."))
                .question("money", question)
                .build();

        assertThat(IcmLoraDecisionModel.of(client, name).decide(messages).modelName())
                .isEqualTo(name + "@1");
        var picture = DecisionRequest.builder()
                .inputContents(ImageContent.from("http://127.0.0.1/a.png"))
                .question("money", question)
                .build();
        assertThatExceptionOfType(UnsupportedFeatureException.class)
                .isThrownBy(() -> IcmLoraDecisionModel.of(client, name).decide(picture))
                .withMessageContaining("IMAGE");
        var other = DecisionRequest.builder()
                .input("a")
                .question("money", ChoiceQuestion.from("Which one?", List.of("a", "b")))
                .build();
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> IcmLoraDecisionModel.of(client, name).decide(other))
                .withMessageContaining("must be the labels of function " + name);
    }

    @Test
    void textsAreEmbedded() {
        var embeddings = IcmLoraEmbeddingModel.of(client, ENCODER);

        var reply = embeddings.embedAll(
                List.of(TextSegment.from("The cat sleeps."), TextSegment.from("The cat is sleeping.")));

        assertThat(reply.content()).hasSize(2);
        var vector = reply.content().getFirst();
        assertThat(vector.dimension()).isEqualTo(embeddings.dimension()).isGreaterThan(100);
        var length = 0.0;
        for (var x : vector.vector()) {
            length += x * x;
        }
        assertThat(length).isCloseTo(1, within(1e-3));
        assertThat(reply.tokenUsage().inputTokenCount()).isPositive();
        assertThat(embeddings.embed("The cat sleeps.").content()).isEqualTo(vector);
        assertThat(embeddings.modelName()).isEqualTo(ENCODER);
    }

    @Test
    void moreTextsThanARequestTakesAreEmbedded() {
        var texts = Collections.nCopies(257, TextSegment.from("a"));

        assertThat(IcmLoraEmbeddingModel.of(client, ENCODER).embedAll(texts).content())
                .hasSize(257);
    }
}
