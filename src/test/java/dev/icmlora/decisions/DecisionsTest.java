package dev.icmlora.decisions;

import static dev.icmlora.function.Requests.BASE;
import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.define;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.json;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Decisions in the formats of the System One API and of OpenAI's Decisions API.
@QuarkusTest
class DecisionsTest {

    private static final String SYSTEM_ONE = "/v1/systemone";
    private static final String DECISIONS = "/v1/decisions";
    private static final String STATE = "I was charged twice for one order. Please pay one of them back today.";
    private static final double ROUNDING = 1e-9;
    /// A prompt that goes on from one that is kept is computed in other pieces.
    private static final double PIECES = 0.1;

    private static final Map<String, Object> TEAM =
            question("choice", "Which team answers it?", ordered("billing", "Payments and refunds", "technical", null));
    private static final Map<String, Object> URGENCY =
            question("score", "How urgent is it?", List.of("can wait", "this week", "today"));
    private static final Map<String, Object> ANGRY = Map.of("type", "noul", "instructions", "Is the customer angry?");
    private static final List<Map<String, Object>> LEARNED = List.of(
            example("Where is my money?", "billing"),
            example("The page stays white.", "technical"),
            example("Your invoice is wrong.", "billing"),
            example("I cannot log in.", "technical"));

    private static Map<String, Object> question(String type, String instructions, Object criteria) {
        return Map.of("type", type, "instructions", instructions, "criteria", criteria);
    }

    private static Map<String, Object> ordered(Object... entries) {
        var map = new LinkedHashMap<String, Object>();
        for (var i = 0; i < entries.length; i += 2) {
            map.put((String) entries[i], entries[i + 1]);
        }
        return map;
    }

    private static Map<String, Object> example(Object state, Object answer) {
        return Map.of("state", state, "answer", answer);
    }

    private static Map<String, Object> asked(Object state, Object... questions) {
        return Map.of("model", "jev-latest", "state", state, "questions", ordered(questions));
    }

    private static JsonNode answered(String path, Object body) {
        var text = post(path, body).statusCode(200).extract().asString();
        assertThat(text).doesNotContain("NaN");
        return json(text);
    }

    private static double[] probabilities(JsonNode answer) {
        var each = answer.get("probabilities");
        var numbers = IntStream.range(0, each.size());
        return each.isArray()
                ? numbers.mapToDouble(i -> each.get(i).get("probability").doubleValue())
                        .toArray()
                : numbers.mapToDouble(i ->
                                List.copyOf(each.properties()).get(i).getValue().doubleValue())
                        .toArray();
    }

    private static void requireConfidence(JsonNode answer) {
        var shares = probabilities(answer);
        var peak = IntStream.range(0, shares.length)
                .mapToDouble(i -> shares[i])
                .max()
                .orElseThrow();
        assertThat(IntStream.range(0, shares.length).mapToDouble(i -> shares[i]).sum())
                .isCloseTo(1, within(ROUNDING));
        assertThat(answer.get("confidence").doubleValue())
                .isCloseTo((shares.length * peak - 1) / (shares.length - 1), within(ROUNDING));
    }

    private static void requireSame(JsonNode reply, JsonNode probabilities) {
        assertThat(reply.at("/answers/team/probabilities/billing").doubleValue())
                .isCloseTo(probabilities.get("billing").doubleValue(), within(PIECES));
    }

    @Test
    void systemOneAnswersEachQuestionByItsName() {
        var reply = answered(SYSTEM_ONE, asked(STATE, "team", TEAM, "urgency", URGENCY, "angry", ANGRY));

        var answers = reply.get("answers");
        assertThat(reply.get("model").textValue()).isEqualTo(BASE);
        assertThat(reply.at("/usage/input_tokens").intValue()).isPositive();
        assertThat(reply.at("/usage/output_tokens").intValue()).isPositive();
        assertThat(answers.fieldNames()).toIterable().containsExactly("team", "urgency", "angry");

        var team = answers.get("team");
        assertThat(team.get("type").textValue()).isEqualTo("choice");
        assertThat(team.get("probabilities").fieldNames()).toIterable().containsExactly("billing", "technical");
        assertThat(team.at("/probabilities/" + team.get("choice").textValue()).doubleValue())
                .isGreaterThanOrEqualTo(0.5);
        requireConfidence(team);

        var urgency = answers.get("urgency");
        var levels = probabilities(urgency);
        assertThat(urgency.get("legend")).isEqualTo(json("{\"0\":\"can wait\",\"1\":\"this week\",\"2\":\"today\"}"));
        assertThat(urgency.get("score").doubleValue()).isCloseTo(levels[1] + 2 * levels[2], within(ROUNDING));
        requireConfidence(urgency);

        assertThat(answers.get("angry").fieldNames()).toIterable().containsExactly("type", "noul");
        assertThat(answers.at("/angry/noul").doubleValue()).isBetween(0.0, 1.0);
    }

    @Test
    void bothFormatsAskTheSame() {
        var ofSystemOne = answered(SYSTEM_ONE, asked(STATE, "team", TEAM, "urgency", URGENCY, "angry", ANGRY));
        var ofOpenAi = answered(DECISIONS, json("""
                {"model": "any", "input": [{"role": "user", "content": [{"type": "input_text", "text": "%s"}]}],
                 "questions": [
                   {"type": "choice", "name": "team", "instructions": "Which team answers it?",
                    "choices": [{"value": "billing", "description": "Payments and refunds"}, {"value": "technical"}]},
                   {"type": "score", "instructions": [{"type": "input_text", "text": "How urgent is it?"}],
                    "levels": [{"label": "can wait"}, {"label": "this week"}, {"label": "today"}]},
                   {"type": "predicate", "name": "angry", "instructions": "Is the customer angry?"}]}""".formatted(STATE)));

        var answers = ofOpenAi.get("answers");
        assertThat(answers.findValuesAsText("type")).containsExactly("choice", "score", "predicate");
        assertThat(answers.at("/0/name").textValue()).isEqualTo("team");
        assertThat(answers.get(1).has("name")).isTrue();
        assertThat(answers.at("/1/name").isNull()).isTrue();
        assertThat(probabilities(answers.get(0)))
                .containsExactly(probabilities(ofSystemOne.at("/answers/team")), within(PIECES));
        assertThat(probabilities(answers.get(1)))
                .containsExactly(probabilities(ofSystemOne.at("/answers/urgency")), within(PIECES));
        assertThat(answers.at("/1/probabilities/2/label").textValue()).isEqualTo("today");
        assertThat(answers.at("/1/score").doubleValue())
                .isCloseTo(ofSystemOne.at("/answers/urgency/score").doubleValue(), within(2 * PIECES));
        assertThat(answers.at("/2/probability").doubleValue())
                .isCloseTo(ofSystemOne.at("/answers/angry/noul").doubleValue(), within(PIECES));
        var usage = ofOpenAi.get("usage");
        assertThat(usage.get("total_tokens").intValue())
                .isEqualTo(usage.get("input_tokens").intValue()
                        + usage.get("output_tokens").intValue());
        answers.forEach(answer -> {
            if (answer.has("confidence")) {
                requireConfidence(answer);
            }
        });
    }

    @Test
    void aChoiceMayBeABooleanAndExamplesNameIt() {
        var reply = answered(DECISIONS, json("""
                {"model": "any", "input": "Where is my refund?", "questions": [
                   {"type": "choice", "instructions": "Is it about money?", "choices": [{"value": true}, {"value": "it depends"}],
                    "examples": [{"input": "Pay me back.", "answer": true},
                                 {"input": [{"role": "user", "content": "Hello."}], "answer": "it depends"}]}]}"""));

        assertThat(reply.at("/answers/0/probabilities/0/value").isBoolean()).isTrue();
        assertThat(reply.at("/answers/0/probabilities/1/value").textValue()).isEqualTo("it depends");
    }

    @Test
    void examplesAreLearnedAsGenerateDoes() {
        var examples = LEARNED.stream()
                .map(example ->
                        Map.of("input", (String) example.get("state"), "output", (String) example.get("answer")))
                .toList();
        var team = question("choice", "Which team answers it?", ordered("billing", null, "technical", null));
        var generated =
                with(body(task("Which team answers it?", examples), STATE), "labels", List.of("billing", "technical"));

        var reply = answered(SYSTEM_ONE, asked(STATE, "team", with(team, "examples", LEARNED)));

        var expected = json(generate(with(generated, "mode", "auto")).extract().asString());
        requireSame(reply, expected.at("/details/0/probabilities"));
    }

    @Test
    void aFunctionAnswersWithItsOwnLabels() {
        var name = "f" + UUID.randomUUID();
        define(name, Map.of("task", task("Which team?", List.of()), "labels", List.of("technical", "billing")))
                .statusCode(201);
        var expected = json(generate(with(body(Map.of("function", name), STATE), "mode", "auto"))
                        .extract()
                        .asString())
                .at("/details/0/probabilities");

        var byQuestion = answered(SYSTEM_ONE, asked(STATE, "team", Map.of("type", "choice", "function", name)));
        var byModel = answered(SYSTEM_ONE, with(asked(STATE, "team", TEAM), "model", name));

        requireSame(byQuestion, expected);
        assertThat(byQuestion.get("model").textValue()).isEqualTo(BASE);
        assertThat(byModel.get("model").textValue()).isEqualTo(name + "@1");
        requireSame(byModel, expected);
        post(SYSTEM_ONE, with(asked(STATE, "urgency", URGENCY), "model", name))
                .statusCode(422)
                .body("detail[0].loc", equalTo(List.of("body", "questions", "urgency", "criteria")));
        var twice = Map.of("type", "score", "function", name, "criteria", List.of("billing", "billing", "technical"));
        post(SYSTEM_ONE, asked(STATE, "team", twice))
                .statusCode(422)
                .body("detail[0].loc", equalTo(List.of("body", "questions", "team", "criteria", 1)));
        var choices = Stream.of("technical", "billing", "technical")
                .map(label -> Map.of("value", label))
                .toList();
        var choice = Map.of("type", "choice", "function", name, "choices", choices);
        post(DECISIONS, Map.of("model", "any", "input", STATE, "questions", List.of(choice)))
                .statusCode(400)
                .body("error.param", equalTo("questions[0].choices[2].value"));
        post(SYSTEM_ONE, asked(STATE, "team", Map.of("type", "choice", "function", "unheard-of")))
                .statusCode(404)
                .body("detail", containsString("unheard-of"));
    }

    @Test
    void tenQuestionsReadTheStateOnce() {
        var state = "The parcel came late and the box was wet. ".repeat(50);
        var questions = IntStream.range(0, 10)
                .mapToObj(i -> Map.entry(
                        "q" + i, question("choice", "Is topic " + i + " in it?", ordered("a", null, "b", null))))
                .toList();

        var one = nanos(asked("1. " + state, "q", questions.getFirst().getValue()));
        var ten = nanos(asked(
                "10. " + state,
                questions.stream()
                        .flatMap(each -> Stream.of(each.getKey(), each.getValue()))
                        .toArray()));

        // It would take ten times as long.
        assertThat(ten).isLessThan(6 * one);
    }

    private static long nanos(Object body) {
        var start = System.nanoTime();
        answered(SYSTEM_ONE, body);
        return System.nanoTime() - start;
    }

    static Stream<Arguments> unusualQuestions() {
        var longLevel = "a level that takes many words to say what it means, ".repeat(5);
        var labels = new LinkedHashMap<String, Object>();
        IntStream.range(0, 255).forEach(i -> labels.put("label " + i, null));
        return Stream.of(
                Arguments.of(
                        "one label in the examples", with(TEAM, "examples", Collections.nCopies(4, LEARNED.get(0)))),
                Arguments.of(
                        "a label without examples",
                        with(
                                question(
                                        "choice", "Which?", ordered("billing", null, "technical", null, "sales", null)),
                                "examples",
                                LEARNED)),
                Arguments.of(
                        "examples that contradict",
                        with(
                                TEAM,
                                "examples",
                                List.of(
                                        example("Hello", "billing"),
                                        example("Hello", "technical"),
                                        example("Bye", "billing"),
                                        example("Bye", "technical")))),
                Arguments.of("255 labels", question("choice", "Which?", labels)),
                Arguments.of(
                        "levels of many words",
                        question("score", "How?", List.of(longLevel + 1, Map.of("means", longLevel)))),
                Arguments.of(
                        "instructions in JSON", Map.of("type", "noul", "instructions", Map.of("task", "Find spam."))),
                Arguments.of("only an outcome", Map.of("type", "noul", "criteria", Map.of("true", "It is spam."))),
                Arguments.of(
                        "yes and no learned",
                        with(
                                ANGRY,
                                "examples",
                                List.of(example("What a mess!", true), example(Map.of("text", "Thanks."), false)))),
                Arguments.of(
                        "levels learned",
                        with(URGENCY, "examples", List.of(example("Fire!", 2), example("Some day.", "can wait")))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unusualQuestions")
    void whatIsUnusualIsAnswered(String what, Map<String, Object> question) {
        var answer = answered(SYSTEM_ONE, asked(Map.of("text", STATE), what, question))
                .get("answers")
                .get(what);

        assertThat(answer.get("type").textValue()).isEqualTo(question.get("type"));
        if (answer.has("confidence")) {
            requireConfidence(answer);
        }
    }

    /// Their hidden states tell them apart. Else the task would be tuned too, for half of a request's time.
    @Tag("slow")
    @Test
    void asManyExamplesAsThereMayBeAreAnswered() {
        var examples = IntStream.range(0, 1024)
                .mapToObj(i -> i % 2 == 0
                        ? example("bill " + Integer.toString(i, 36), "billing")
                        : example("crash " + Integer.toString(i, 36), "technical"))
                .toList();

        requireConfidence(answered(SYSTEM_ONE, asked("bill 7", "team", with(TEAM, "examples", examples)))
                .at("/answers/team"));
    }

    @Test
    void aQuestionThatIsInAListTwiceIsAnsweredTwice() {
        var question = Map.of("type", "predicate", "name", "angry", "instructions", "Is the customer angry?");
        var reply =
                answered(DECISIONS, Map.of("model", "any", "input", STATE, "questions", List.of(question, question)));

        assertThat(reply.at("/answers/0")).isEqualTo(reply.at("/answers/1"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "/model      | null                                                     | model",
                "/state      | null                                                     | state",
                "/state      | 7                                                        | state",
                "/state      | ''                                                       | state",
                "/questions  | {}                                                       | questions",
                "/questions  | []                                                       | questions",
                "/questions  | {'a': 7}                                                 | questions,a",
                "/questions  | {'a': {'instructions': 'x'}}                             | questions,a,type",
                "/questions  | {'a': {'type': 'box'}}                                   | questions,a,type",
                "/questions  | {'a': {'type': 'noul'}}                                  | questions,a,instructions",
                "/questions  | {'a': {'type': 'noul', 'instructions': 7}}               | questions,a,instructions",
                "/questions  | {'a': {'type': 'choice', 'instructions': 'x'}}           | questions,a,criteria",
                "/questions  | {'a': {'type': 'choice', 'criteria': {'b': null}}}       | questions,a,criteria",
                "/questions  | {'a': {'type': 'choice', 'criteria': ['b', 'c']}}        | questions,a,criteria",
                "/questions  | {'a': {'type': 'choice', 'criteria': {'b/c': 1, 'd': null}}} | questions,a,criteria,b/c",
                "/questions  | {'a': {'type': 'choice', 'criteria': {'': null, 'd': null}}} | questions,a,criteria",
                "/questions  | {'a': {'type': 'choice', 'criteria': {'b': null, '\\u0013': null}}} | questions,a,criteria",
                "/questions  | {'a': {'type': 'score', 'criteria': ['b']}}              | questions,a,criteria",
                "/questions  | {'a': {'type': 'score', 'criteria': ['b', 'b']}}         | questions,a,criteria,1",
                "/questions  | {'a': {'type': 'score', 'criteria': ['b', 7]}}           | questions,a,criteria,1",
                "/questions  | {'a': {'type': 'noul', 'instructions': 'x', 'function': 'f', 'examples': []}} | questions,a,examples",
                "/questions  | {'a': {'type': 'noul', 'function': 'No Name'}}           | questions,a,function",
                "/questions  | {'a': {'type': 'noul', 'instructions': 'x', 'examples': [{'state': 'y'}]}} | questions,a,examples,0,answer",
                "/questions  | {'a': {'type': 'noul', 'instructions': 'x', 'examples': [{'answer': true}]}} | questions,a,examples,0,state",
                "/questions  | {'a': {'type': 'noul', 'instructions': 'x', 'examples': [{'state': 'y', 'answer': 'yes'}]}} | questions,a,examples,0,answer",
                "/questions  | {'a': {'type': 'score', 'criteria': ['b', 'c'], 'examples': [{'state': 'y', 'answer': 2}]}} | questions,a,examples,0,answer",
                "/assets     | {'x': {'type': 'image'}}                                 | assets",
            })
    void systemOneNamesAWrongField(String field, String value, String at) {
        var wrong = with(asked(STATE, "team", TEAM), field.substring(1), json(value.replace('\'', '"')));
        var loc = given().contentType(ContentType.JSON)
                .body(wrong)
                .post(SYSTEM_ONE)
                .then()
                .statusCode(422)
                .contentType(ContentType.JSON)
                .extract()
                .<List<Object>>path("detail[0].loc");
        assertThat(loc.stream().map(Object::toString).collect(Collectors.joining(",")))
                .startsWith("body," + at);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "input     | null                                                        | input",
                "input     | {'a': 1}                                                    | input",
                "input     | [{'role': 'user'}]                                          | input[0].content",
                "input     | [{'role': 'tool', 'content': 'x'}]                          | input[0].role",
                "input     | [{'type': 'function_call', 'role': 'user', 'content': 'x'}] | input[0].type",
                "input     | [{'role': 'user', 'content': [{'type': 'input_image', 'image_url': 'data:'}]}] | input[0].content[0].type",
                "questions | []                                                          | questions",
                "questions | [{'type': 'noul'}]                                          | questions[0].type",
                "questions | [{'type': 'predicate'}]                                     | questions[0].instructions",
                "questions | [{'type': 'choice', 'instructions': 'x', 'choices': [{'value': 'a'}]}] | questions[0].choices",
                "questions | [{'type': 'choice', 'instructions': 'x', 'choices': [{'value': 'a'}, {'value': 1}]}] | questions[0].choices[1].value",
                "questions | [{'type': 'choice', 'instructions': 'x', 'choices': [{'value': 'a'}, {'value': 'a'}]}] | questions[0].choices[1].value",
                "questions | [{'type': 'score', 'instructions': 'x', 'levels': [{'label': 'a'}, {}]}] | questions[0].levels[1].label",
            })
    void decisionsNameAWrongField(String field, String value, String param) {
        Map<String, Object> asked = Map.of(
                "model",
                "any",
                "input",
                STATE,
                "questions",
                List.of(Map.of("type", "predicate", "instructions", "Is the customer angry?")));
        post(DECISIONS, with(asked, field, json(value.replace('\'', '"'))))
                .statusCode(400)
                .body("error.type", equalTo("invalid_request_error"))
                .body("error.param", equalTo(param));
    }

    static Stream<Arguments> tooMuch() {
        var labels = new LinkedHashMap<String, Object>();
        IntStream.range(0, 256).forEach(i -> labels.put("label " + i, null));
        var questions = IntStream.range(0, 65).boxed().collect(Collectors.toMap(i -> "q" + i, _ -> (Object) ANGRY));
        var examples = IntStream.range(0, 1025)
                .mapToObj(i -> example("text " + i, "billing"))
                .toList();
        return Stream.of(
                Arguments.of(
                        "a state of 100,000 characters",
                        asked("word ".repeat(20_000), "q", ANGRY),
                        List.of("state"),
                        4096),
                Arguments.of(
                        "65 questions",
                        Map.of("model", "any", "state", STATE, "questions", questions),
                        List.of("questions"),
                        64),
                Arguments.of(
                        "a name of 201 characters", asked(STATE, "n".repeat(201), ANGRY), List.of("questions"), 200),
                Arguments.of(
                        "256 labels",
                        asked(STATE, "q", question("choice", "x", labels)),
                        List.of("questions", "q", "criteria"),
                        255),
                Arguments.of(
                        "11 levels",
                        asked(
                                STATE,
                                "q",
                                question(
                                        "score",
                                        "x",
                                        IntStream.range(0, 11)
                                                .boxed()
                                                .map(i -> "level " + i)
                                                .toList())),
                        List.of("questions", "q", "criteria"),
                        10),
                Arguments.of(
                        "1,025 examples",
                        asked(STATE, "q", with(TEAM, "examples", examples)),
                        List.of("questions", "q", "examples"),
                        1024),
                Arguments.of(
                        "long instructions",
                        asked(STATE, "q", with(ANGRY, "instructions", "x".repeat(2001))),
                        List.of("questions", "q", "instructions"),
                        2000),
                Arguments.of(
                        "a long label",
                        asked(STATE, "q", question("choice", "x", ordered("a", null, "b".repeat(201), null))),
                        List.of("questions", "q", "criteria", "b".repeat(201)),
                        200));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tooMuch")
    void whatIsTooMuchIsRefusedWithItsLimit(String what, Map<String, Object> body, List<String> loc, int limit) {
        post(SYSTEM_ONE, body)
                .statusCode(422)
                .body("detail[0].loc.tail()", equalTo(loc))
                .body("detail[0].ctx.limit", equalTo(limit))
                .body("detail.msg", hasItem(containsString(String.valueOf(limit))));
    }

    /// A pointer to each level holds the name: 5 GB, if all of them were made.
    @ParameterizedTest
    @ValueSource(ints = {200, 49_000})
    void manyLevelsBelowALongNameAreRefusedInBrief(int characters) {
        var question = Map.of("type", "score", "criteria", Collections.nCopies(100_000, ""));

        var reply = post(SYSTEM_ONE, asked("x", "n".repeat(characters), question))
                .statusCode(422)
                .extract();

        assertThat(reply.asString()).hasSizeLessThan(10_000);
    }

    @Test
    void wrongAnswersBelowLongLabelsAreRefusedInBrief() {
        var label = "l".repeat(40_000);
        var criteria = IntStream.range(0, 10)
                .boxed()
                .collect(Collectors.toMap(i -> label + i, _ -> "x", (one, _) -> one, LinkedHashMap::new));
        var examples = Collections.nCopies(1000, example("x", "none"));

        var reply = post(SYSTEM_ONE, asked("x", "q", with(question("choice", "x", criteria), "examples", examples)))
                .statusCode(422)
                .body("detail.size()", equalTo(100))
                .extract();

        assertThat(reply.asString()).hasSizeLessThan(200_000);
    }

    @Test
    void halfASurrogatePairInANameIsRefused() {
        post(SYSTEM_ONE, "{\"model\":\"any\",\"state\":\"x\",\"questions\":{\"\\ud800\":{\"type\":\"box\"}}}")
                .statusCode(422)
                .body("detail[0].msg", containsString("surrogate"));
    }

    @Test
    void aNameTwiceIsRefused() {
        var twice =
                "{\"model\":\"any\",\"state\":\"x\",\"questions\":{\"a\":{\"type\":\"noul\",\"instructions\":\"x\"},\"a\":{}}}";
        post(SYSTEM_ONE, twice).statusCode(422).body("detail[0].msg", containsString("'a'"));
    }

    @Test
    void whatHasNoFieldToBlameIsASentence() {
        given().get(SYSTEM_ONE).then().statusCode(405).body("detail", containsString("POST"));
    }
}
