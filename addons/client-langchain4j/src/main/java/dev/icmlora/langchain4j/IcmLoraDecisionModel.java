package dev.icmlora.langchain4j;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.decision.DecisionModel;
import dev.langchain4j.model.decision.request.ChoiceQuestion;
import dev.langchain4j.model.decision.request.ContentsInput;
import dev.langchain4j.model.decision.request.DecisionInput;
import dev.langchain4j.model.decision.request.DecisionRequest;
import dev.langchain4j.model.decision.request.DecisionRequestParameters;
import dev.langchain4j.model.decision.request.FieldsInput;
import dev.langchain4j.model.decision.request.MessagesInput;
import dev.langchain4j.model.decision.request.Question;
import dev.langchain4j.model.decision.request.ScaleQuestion;
import dev.langchain4j.model.decision.request.TextInput;
import dev.langchain4j.model.decision.request.YesNoQuestion;
import dev.langchain4j.model.decision.response.ChoiceAnswer;
import dev.langchain4j.model.decision.response.DecisionAnswer;
import dev.langchain4j.model.decision.response.DecisionResponse;
import dev.langchain4j.model.decision.response.ScaleAnswer;
import dev.langchain4j.model.decision.response.YesNoAnswer;
import dev.langchain4j.model.output.TokenUsage;

import dev.icmlora.client.IcmLoraClient;

/// A running function as a decision model: one of its named functions, which has learned the answers, or its base
/// model, which knows the words of a question alone.
///
/// It reads texts, named values and messages of texts. Where something goes wrong it throws what LangChain4j has for
/// that, such as `InvalidRequestException`.
public final class IcmLoraDecisionModel implements DecisionModel {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final IcmLoraClient client;
    private final DecisionRequestParameters parameters;

    private IcmLoraDecisionModel(IcmLoraClient client, DecisionRequestParameters parameters) {
        this.client = client;
        this.parameters = parameters;
    }

    /// @param modelName of a function, such as `urgency` or `urgency@3`; any other name stands for the base model
    public static IcmLoraDecisionModel of(IcmLoraClient client, String modelName) {
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(modelName, "modelName");
        return new IcmLoraDecisionModel(
                client, DecisionRequestParameters.builder().modelName(modelName).build());
    }

    @Override
    public DecisionRequestParameters defaultRequestParameters() {
        return parameters;
    }

    @Override
    public DecisionResponse doDecide(DecisionRequest request) {
        ObjectNode body = JSON.createObjectNode().put("model", request.modelName());
        body.set("state", state(request.input()));
        ObjectNode questions = body.putObject("questions");
        request.questions().forEach((name, question) -> write(question, questions.putObject(name)));
        JsonNode reply = Calls.post(client, "/v1/systemone", body);
        DecisionResponse.Builder response = DecisionResponse.builder()
                .modelName(reply.path("model").asText())
                .tokenUsage(new TokenUsage(
                        reply.path("usage").path("input_tokens").asInt(),
                        reply.path("usage").path("output_tokens").asInt()));
        request.questions()
                .forEach((name, question) -> response.answer(
                        name, read(question, reply.path("answers").path(name))));
        return response.build();
    }

    private static void write(Question question, ObjectNode written) {
        written.put("instructions", question.text());
        if (question instanceof ChoiceQuestion choice) {
            written.put("type", "choice").set("criteria", JSON.valueToTree(choice.options()));
        } else if (question instanceof ScaleQuestion scale) {
            written.put("type", "score").set("criteria", levels(scale));
        } else if (question instanceof YesNoQuestion yesNo) {
            written.put("type", "noul");
            written.putObject("criteria").put("true", yesNo.yesWhen()).put("false", yesNo.noWhen());
        } else {
            throw new UnsupportedFeatureException("An ICM-LoRA function knows no question like " + question);
        }
    }

    private static ArrayNode levels(ScaleQuestion scale) {
        ArrayNode levels = JSON.createArrayNode();
        for (int i = 0; i < scale.levels().size(); i++) {
            String description = scale.levelDescriptions().get(i);
            levels.add(scale.levels().get(i) + (description == null ? "" : ": " + description));
        }
        return levels;
    }

    private static JsonNode state(DecisionInput input) {
        if (input instanceof TextInput text) {
            return JSON.valueToTree(text.text());
        }
        if (input instanceof FieldsInput fields) {
            return JSON.valueToTree(fields.fields());
        }
        if (input instanceof ContentsInput contents) {
            return ChatBody.texts(contents.contents());
        }
        if (input instanceof MessagesInput messages) {
            return ChatBody.messages(messages.messages());
        }
        throw new UnsupportedFeatureException("An ICM-LoRA function knows no input like " + input);
    }

    private static DecisionAnswer read(Question question, JsonNode answer) {
        Map<String, Double> probabilities = new LinkedHashMap<>();
        answer.path("probabilities")
                .properties()
                .forEach(option ->
                        probabilities.put(option.getKey(), option.getValue().doubleValue()));
        if (question instanceof ChoiceQuestion) {
            return ChoiceAnswer.builder()
                    .value(answer.path("choice").asText())
                    .probabilities(probabilities)
                    .confidence(answer.path("confidence").doubleValue())
                    .build();
        }
        if (question instanceof ScaleQuestion) {
            return ScaleAnswer.builder()
                    .mean(answer.path("score").doubleValue())
                    .probabilities(new ArrayList<>(probabilities.values()))
                    .confidence(answer.path("confidence").doubleValue())
                    .build();
        }
        return YesNoAnswer.from(answer.path("noul").doubleValue());
    }
}
