package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.chat;
import static dev.icmlora.function.Requests.chatReply;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.json;
import static dev.icmlora.function.Requests.outputs;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.nullValue;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Labels, schemas and how sure an answer is.
@Tag("slow")
@QuarkusTest
class LabelsAndSchemasTest {

    /// One begins with another.
    private static final List<String> LABELS = List.of("wait", "wait and see", "immediate");
    private static final List<Map<String, String>> EXAMPLES = List.of(
            Map.of("input", "Fire!", "output", "immediate"),
            Map.of("input", "The lamp flickers.", "output", "wait and see"),
            Map.of("input", "A new chair.", "output", "wait"));
    private static final Map<String, Object> TRIAGE = task("How urgent is it?", EXAMPLES);

    private static Map<String, Object> triage(String mode, String... inputs) {
        return with(with(body(TRIAGE, inputs), "labels", LABELS), "mode", mode);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "examples", "adapter", "adapter_examples", "tuned", "auto"})
    void inEveryModeAnAnswerIsALabelWithTheProbabilitiesOfAll(String mode) {
        var reply = generate(triage(mode, "My arm is broken.", "The paint is old."))
                .body("usage.completion_tokens", greaterThan(1))
                .body("timing_ms.prompt", greaterThan(0f))
                .body("timing_ms.decode", greaterThan(0f))
                .extract()
                .jsonPath();

        assertThat(reply.getList("outputs")).hasSize(2).isSubsetOf(LABELS);
        requireShares(reply, LABELS);
    }

    /// A head is fitted to them once.
    @Test
    void labelsWithTwoExamplesEachAreLearnedAndRemembered() {
        var body = kinds("lion", "birch tree");

        var first = generate(body).extract().jsonPath();
        var second = generate(body).extract().jsonPath();

        for (var reply : List.of(first, second)) {
            assertThat(reply.getList("outputs")).isEqualTo(List.of("animal", "plant"));
            assertThat(reply.getString("selection.served")).isEqualTo("adapter");
            assertThat(reply.getDouble("selection.strength")).isZero();
            assertThat(reply.getDouble("selection.weights.head")).isPositive();
            assertThat(reply.getDouble("selection.weights.tuned")).isZero();
            assertThat(reply.getList("details.calibrated")).isEqualTo(List.of(true, true));
            assertThat(reply.getMap("tuning")).isNull();
            requireShares(reply, List.of("animal", "plant"));
        }
        assertThat(second.getInt("usage.prompt_tokens")).isLessThan(first.getInt("usage.prompt_tokens") / 3);
    }

    /// As versions of a function are, and the candidates for the next one.
    @Test
    void anExampleIsReadOnceForAllTasksOfADescription() {
        var description = "Is it an animal or a plant?";
        var kinds = List.of("animal", "plant");
        var plants = List.of("oak", "tulip", "wheat", "fern");
        var examples = Stream.of("horse", "oak", "wolf", "tulip", "cow", "wheat", "mouse", "fern")
                .map(input -> Map.of("input", input, "output", plants.contains(input) ? "plant" : "animal"))
                .toList();
        var labelled = with(with(body(task(description, examples), "lion"), "mode", "auto"), "labels", kinds);
        var body = with(labelled, "tune", Map.of("when", "never"));
        var more = Stream.concat(examples.stream(), Stream.of(Map.of("input", "eagle", "output", "animal")))
                .toList();

        var tokens = generate(body).extract().<Integer>path("usage.prompt_tokens");

        generate(with(body, "task", task(description, more)))
                .body("selection.weights.head", greaterThan(0f))
                .body("usage.prompt_tokens", lessThan(tokens / 2));
        generate(with(body, "inputs", List.of("wolf", "fern")))
                .body("outputs", equalTo(kinds))
                .body("usage.prompt_tokens", equalTo(0));
    }

    private static Map<String, Object> kinds(String... inputs) {
        var animals = Stream.of("horse", "wolf", "a small dog", "eagle", "cow", "white shark", "mouse", "tiger");
        var plants = Stream.of("oak", "a red rose", "pine tree", "tulip", "wheat", "fern", "daisy", "apple tree");
        var examples = Stream.concat(
                animals.map(input -> Map.of("input", input, "output", "animal")),
                plants.map(input -> Map.of("input", input, "output", "plant")));
        return with(
                with(body(task("What is it?", examples.toList()), inputs), "mode", "auto"),
                "labels",
                List.of("animal", "plant"));
    }

    /// The threshold is found on the examples, and is the same for all inputs.
    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.05, 0.3})
    void anAnswerIsNullThatWouldMakeTheShareOfWrongOnesTooLarge(double risk) {
        var body = kinds("lion", "birch tree", "coral", "goat", "moss", "yeast");

        var reply = generate(with(body, "abstain_below", Map.of("risk", risk)))
                .extract()
                .jsonPath();

        var least = reply.getDouble("selection.abstain_below");
        assertThat(least).isGreaterThan(risk < 0.1 ? 1 - risk - 1e-9 : 0.4);
        var outputs = reply.getList("outputs");
        assertThat(outputs).hasSize(6);
        for (var i = 0; i < 6; i++) {
            var confidence = reply.getDouble("details[%d].confidence".formatted(i));
            var reason = reply.getString("details[%d].reason".formatted(i));
            assertThat(outputs.get(i) == null).isEqualTo(confidence < least).isEqualTo(reason != null);
            assertThat(reason == null ? "is below" : reason).contains("is below");
        }
        generate(with(body, "abstain_below", least)).body("selection.abstain_below", nullValue());
    }

    @Test
    void whereNothingIsKnownOfHowOftenAnswersAreRightNoneKeepsARisk() {
        generate(with(triage("plain", "My arm is broken."), "abstain_below", Map.of("risk", 0.2)))
                .body("outputs", equalTo(Collections.nCopies(1, null)))
                .body("details[0].calibrated", equalTo(false))
                .body("details[0].reason", containsString("is not calibrated"))
                .body("selection.abstain_below", equalTo(0.8f));
    }

    /// Of a tuned adapter, each answer's own confidence is all that is known.
    @Test
    void aTunedLabelIsKeptWhereItIsSureEnough() {
        var tuned = with(with(body(TRIAGE, "The lift is stuck."), "mode", "tuned"), "labels", LABELS);
        var confidence = generate(tuned).extract().jsonPath().getDouble("details[0].confidence");

        generate(with(tuned, "abstain_below", Map.of("risk", 1 - confidence / 2)))
                .body("details[0].reason", nullValue());
        generate(with(tuned, "abstain_below", Map.of("risk", (1 - confidence) / 2)))
                .body("outputs[0]", nullValue())
                .body("details[0].reason", containsString("is below"));
    }

    private static void requireShares(JsonPath reply, List<String> labels) {
        var outputs = reply.<String>getList("outputs");
        for (var i = 0; i < outputs.size(); i++) {
            var shares = reply.<String, Number>getMap("details[%d].probabilities".formatted(i));
            assertThat(shares.keySet()).containsExactlyInAnyOrderElementsOf(labels);
            assertThat(shares.values().stream().mapToDouble(Number::doubleValue).sum())
                    .isCloseTo(1, within(1e-4));
            var likeliest = shares.values().stream()
                    .mapToDouble(Number::doubleValue)
                    .max()
                    .orElseThrow();
            assertThat(shares.get(outputs.get(i)).doubleValue()).isEqualTo(likeliest);
            assertThat(reply.getDouble("details[%d].confidence".formatted(i))).isStrictlyBetween(0.0, 1.0);
            if (!reply.getBoolean("details[%d].calibrated".formatted(i))) {
                assertThat(reply.getDouble("details[%d].confidence".formatted(i)))
                        .isCloseTo(likeliest, within(1e-6));
            }
        }
    }

    /// One of the labels begins with another. After the usual six steps, two labels of an input are all but equally
    /// likely.
    @Test
    void tuningTeachesTheLabelsOfItsExamples() {
        var body = triage("tuned", "Fire!", "The lamp flickers.", "A new chair.");
        assertThat(outputs(with(body, "tune", Map.of("steps", 10))))
                .containsExactly("immediate", "wait and see", "wait");
    }

    /// What it answers to inputs that say nothing is asked once for a task and its labels.
    @ParameterizedTest
    @ValueSource(strings = {"tuned", "auto"})
    void aTunedTaskIsAskedForItsBiasOnce(String mode) {
        var task = task("Is it urgent? " + mode, EXAMPLES);
        var labelled = with(with(body(task, "My arm is broken."), "mode", mode), "labels", LABELS);
        var body = with(labelled, "tune", Map.of("steps", 1));

        var first = generate(body).extract().jsonPath();
        var second = generate(body).extract().jsonPath();

        // What is read anew and what is kept are rounded otherwise, and one step leaves two labels all but equally
        // likely.
        var shares = first.<String, Number>getMap("details[0].probabilities");
        assertThat(shares.get(second.getString("outputs[0]")).doubleValue())
                .isCloseTo(shares.get(first.getString("outputs[0]")).doubleValue(), within(0.1));
        var tokens = second.getInt("usage.prompt_tokens");
        assertThat(first.getInt("usage.prompt_tokens")).isGreaterThan(tokens + 8);
        generate(with(body, "labels", List.of("wait", "immediate")))
                .body("usage.prompt_tokens", greaterThan(tokens + 8));
    }

    /// Lists that nobody would write, more of them than are read side by side.
    @Test
    void whateverTheLabelsTheAnswerIsOneOfThem() {
        var random = new Random(26);
        for (var i = 0; i < 8; i++) {
            var labels = Stream.generate(() -> word(random))
                    .distinct()
                    .limit(i == 0 ? 40 : 2 + random.nextInt(5))
                    .toList();
            var body = with(triage("plain", word(random), word(random)), "labels", labels);

            var reply = generate(body).extract().jsonPath();

            assertThat(reply.getList("outputs")).hasSize(2).isSubsetOf(labels);
            assertThat(reply.getDouble("details[0].confidence")).isBetween(1.0 / labels.size(), 1.0);
        }
    }

    private static String word(Random random) {
        return random.ints(1 + random.nextInt(8), ' ', 'z')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @Test
    void anAnswerThatIsLessSureThanWantedIsNull() {
        var body = triage("plain", "My arm is broken.", "The paint is old.");

        generate(with(body, "abstain_below", 1))
                .body("outputs", equalTo(Collections.nCopies(2, null)))
                .body("details.reason", everyItem(containsString("is below 1")))
                .body("details.confidence", everyItem(lessThan(1f)));
        generate(with(body, "abstain_below", 0))
                .body("outputs", equalTo(outputs(body)))
                .body("details.reason", equalTo(Collections.nCopies(2, null)));
    }

    @Test
    void theConfidenceOfATextIsTheProbabilityOfItsTokensAndItsEnd() {
        var body = with(with(body(TRIAGE, "The lift is stuck."), "confidence", true), "max_tokens", 1);
        var reply = generate(body).extract().jsonPath();
        var chat = with(with(chat("The lift is stuck."), "model", reply.getString("adapter.id")), "logprobs", true);
        var first =
                chatReply(with(chat, "max_tokens", 1)).extract().<Number>path("choices[0].logprobs.content[0].logprob");
        var tokens = chatReply(with(chat, "max_tokens", 8)).extract().jsonPath();

        // Rounding depends on what else the context's memory holds.
        assertThat(reply.getDouble("details[0].confidence")).isCloseTo(Math.exp(first.doubleValue()), within(0.1));
        var whole = generate(with(body, "max_tokens", 8)).extract().jsonPath();
        var written = Math.exp(tokens.<Number>getList("choices[0].logprobs.content.logprob").stream()
                .mapToDouble(Number::doubleValue)
                .sum());
        assertThat(whole.getDouble("details[0].confidence")).isGreaterThan(0).isLessThan(written + 0.1);
        assertThat(whole.getMap("details[0]")).containsOnlyKeys("confidence", "calibrated");
    }

    @Test
    void theConfidenceOfATunedTextIsFittedToHowOftenSuchAnswersAreRight() {
        var tuned = with(with(body(TRIAGE, "The lift is stuck."), "mode", "tuned"), "confidence", true);
        var detail = generate(tuned).extract().jsonPath();
        double confidence = detail.getDouble("details[0].confidence");

        assertThat(detail.getBoolean("details[0].calibrated")).isTrue();
        assertThat(confidence).isStrictlyBetween(0.0, 1.0);
        generate(with(tuned, "abstain_below", confidence / 2)).body("details[0].reason", nullValue());
        generate(with(tuned, "abstain_below", confidence + (1 - confidence) / 2))
                .body("details[0].reason", containsString("is below"));
        generate(with(with(with(tuned, "task", null), "mode", "adapter"), "adapter", detail.getString("adapter.id")))
                .body("details[0].calibrated", equalTo(true));
    }

    @Test
    void theConfidenceOfATunedLabelIsFittedToo() {
        var tuned = with(with(body(TRIAGE, "The lift is stuck."), "mode", "tuned"), "labels", LABELS);
        var detail = generate(tuned).extract().jsonPath();
        double confidence = detail.getDouble("details[0].confidence");

        assertThat(detail.getBoolean("details[0].calibrated")).isTrue();
        assertThat(confidence).isStrictlyBetween(0.0, 1.0);
        requireShares(detail, LABELS);
        generate(with(tuned, "abstain_below", confidence / 2)).body("details[0].reason", nullValue());
        generate(with(tuned, "abstain_below", confidence + (1 - confidence) / 2))
                .body("details[0].reason", containsString("is below"));
    }

    @Test
    void whatTheFitDidNotSeeHasTheModelsOwnConfidence() {
        var tuned = with(with(body(TRIAGE, "The lift is stuck."), "mode", "tuned"), "confidence", true);

        for (var other : List.of(
                with(tuned, "temperature", 0.5),
                with(tuned, "scale", 0.5),
                with(with(tuned, "labels", LABELS), "scale", 0.5),
                with(with(tuned, "labels", LABELS), "mode", "examples"),
                with(tuned, "stop", List.of("!")),
                with(tuned, "max_tokens", 1),
                with(tuned, "strength", 0),
                with(tuned, "tune", Map.of("steps", 1)),
                with(tuned, "mode", "adapter_examples"))) {
            generate(other).body("details[0].calibrated", equalTo(false));
        }
    }

    @Test
    void aTextThatIsLessSureThanWantedIsNull() {
        generate(with(body(TRIAGE, "The lift is stuck."), "abstain_below", 1))
                .body("outputs", equalTo(Collections.nCopies(1, null)))
                .body("details[0].reason", containsString("is below 1"));
    }

    @Test
    void nothingIsSaidOfAnswersUnlessAsked() {
        generate(body(TRIAGE, "The lift is stuck.")).body("details", nullValue());
        generate(with(body(TRIAGE, "The lift is stuck."), "confidence", false)).body("details", nullValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "adapter", "auto"})
    void answersFollowASchema(String mode) {
        var schema = json("""
                {"type": "object", "additionalProperties": false, "required": ["colour", "wheels"],
                 "properties": {"colour": {"enum": ["red", "green"]}, "wheels": {"type": "integer"}}}""");
        var body = with(with(body(TRIAGE, "Describe a car.", "A cart"), "schema", schema), "max_tokens", 60);

        var reply = generate(with(body, "mode", mode))
                .body("details", hasSize(2))
                .extract()
                .jsonPath();

        assertThat(reply.<String>getList("outputs")).allSatisfy(output -> {
            assertThat(json(output).get("colour").asText()).isIn("red", "green");
            assertThat(json(output).get("wheels").isIntegralNumber()).isTrue();
            assertThat(json(output).size()).isEqualTo(2);
        });
    }

    @Test
    void jsonThatIsNotCompleteIsNoAnswer() {
        var schema = Map.of("type", "array", "items", Map.of("type", "integer"), "minItems", 40);

        generate(with(with(body(TRIAGE, "Count."), "schema", schema), "max_tokens", 12))
                .body("outputs", equalTo(Collections.nCopies(1, null)))
                .body("details[0].reason", equalTo("the JSON was not complete after max_tokens 12"))
                .body("usage.completion_tokens", equalTo(12));
    }

    @Test
    void jsonThatIsCompleteAtTheLastTokenIsAnAnswer() {
        var body = with(body(TRIAGE, "Say it."), "schema", json("{\"enum\": [\"crimson\"]}"));
        var tokens = generate(body).extract().<Integer>path("usage.completion_tokens");

        generate(with(body, "max_tokens", tokens))
                .body("outputs", equalTo(List.of("\"crimson\"")))
                .body("usage.completion_tokens", equalTo(tokens));
        generate(with(body, "max_tokens", tokens - 1)).body("outputs", equalTo(Collections.nCopies(1, null)));
        generate(with(with(body(TRIAGE, "Say it."), "schema", json("{\"const\": 12345}")), "max_tokens", 5))
                .body("outputs", equalTo(Collections.nCopies(1, null)));
    }

    /// As schemas say it that name a value's type beside it.
    @Test
    void aValueIsOfItsTypeToo() {
        var schema = json("{\"type\": [\"integer\", \"null\"], \"enum\": [\"a\", 1.5, 2.0, \"null\"], \"const\": 2.0}");

        generate(with(body(TRIAGE, "Say it."), "schema", schema)).body("outputs", equalTo(List.of("2.0")));
    }

    /// The model has no token for the first byte of that character.
    @Test
    void whatTheModelHasNoTokensForIsWrittenAsAnEscape() {
        var word = "é\ud900\udc00\"";
        var body = with(with(body(TRIAGE, "Say it."), "schema", Map.of("const", word)), "max_tokens", 40);

        var output = generate(body).extract().<String>path("outputs[0]");

        assertThat(json(output).textValue()).isEqualTo(word);
        assertThat(output).isEqualTo("\"é\\ud900\\udc00\\\"\"");
    }

    @Test
    void aChatChoosesAmongLabelsToo() {
        var reply = chatReply(with(with(chat("Is the sky blue?"), "labels", List.of("yes", "no")), "temperature", 1))
                .body("choices[0].finish_reason", equalTo("stop"))
                .extract()
                .jsonPath();

        assertThat(reply.getString("choices[0].message.content")).isIn("yes", "no");
        assertThat(reply.getDouble("icm_lora.probabilities.yes") + reply.getDouble("icm_lora.probabilities.no"))
                .isCloseTo(1, within(1e-4));
    }

    @Test
    void aChatAnswersAsGenerateDoes() {
        var generated =
                generate(triage("adapter", "My arm is broken.")).extract().jsonPath();
        var chat = with(with(chat("My arm is broken."), "labels", LABELS), "task", TRIAGE);

        var reply = chatReply(chat).extract().jsonPath();

        assertThat(reply.getString("model")).isEqualTo(generated.getString("adapter.id"));
        assertThat(reply.getString("choices[0].message.content")).isEqualTo(generated.getString("outputs[0]"));
        assertThat(reply.getDouble("icm_lora.probabilities.wait"))
                .isCloseTo(generated.getDouble("details[0].probabilities.wait"), within(0.01));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "labels       | ['\\u0013', 'a']        | /labels/0 | has no tokens",
                "labels       | ['a\\u0013', 'a']       | /labels/1 | has the tokens of /labels/0",
                "schema       | {'type': 'text'}        | /schema/type | is no type: text",
                "schema       | {'pattern': 'a'}        | /schema/pattern | is not supported",
                "schema       | {'enum': []}            | /schema/enum | at least one value",
                "schema       | {'enum': ['a'], 'type': 'number'} | /schema/enum | at least one value",
                "schema       | {'enum': ['a'], 'const': 'b'} | /schema/enum | at least one value",
                "schema       | {'type':'object','required':['a']} | /schema/required | which is no property",
                "schema       | {'properties':{'a':{}},'required':'a'} | /schema/required | must be an array",
                "schema       | 7                       | /schema | must be an object",
                "schema       | {'type':'string','minLength':3,'maxLength':2} | /schema/maxLength | less than the minimum",
            })
    void whatCannotBeFollowedIsNamed(String field, String value, String at, String message) {
        post("/generate", with(body(TRIAGE, "dog"), field, json(value.replace('\'', '"'))))
                .statusCode(400)
                .body("errors[0].field", equalTo(at))
                .body("errors[0].message", containsString(message));
    }

    @Test
    void labelsNeedRoomBesideThePrompt() {
        var labels = IntStream.range(0, 100)
                .mapToObj(i -> "a label of some words, number " + i)
                .toList();

        post("/generate", with(triage("plain", "word ".repeat(4090)), "labels", labels))
                .statusCode(400)
                .body("errors[0].field", equalTo("/inputs/0"))
                .body("errors[0].limit", equalTo(4096))
                .body("errors[0].message", containsString("tokens of labels"));
    }
}
