package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.chat;
import static dev.icmlora.function.Requests.define;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers that stand word for word in their input.
@Tag("slow")
@QuarkusTest
class SpansTest {

    private static final List<Map<String, String>> EXAMPLES = List.of(
            example("Please send it to Anna Berg by Friday.", "Anna Berg"),
            example("Tom will pick up the keys.", "Tom"),
            example("A parcel for Maria Lopez has arrived.", "Maria Lopez"),
            example("Is Dr. Chen in today?", "Dr. Chen"),
            example("Ask Peter about the invoice.", "Peter"),
            example("I talked to Lena Fox on Monday.", "Lena Fox"));
    private static final Map<String, Object> NAMES = task("Extract the name of the person.", EXAMPLES);
    /// Soon tuned on.
    private static final Map<String, Object> FEW_NAMES =
            task("Extract the name of the person.", EXAMPLES.subList(1, 4));

    private static Map<String, String> example(String input, String output) {
        return Map.of("input", input, "output", output);
    }

    private static Map<String, Object> spans(Map<String, Object> task, String mode, String... inputs) {
        return with(with(body(task, inputs), "answer", "span"), "mode", mode);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "examples", "adapter", "adapter_examples", "tuned", "auto"})
    void inEveryModeAnAnswerStandsInItsInput(String mode) {
        var inputs = List.of("\uD83D\uDE42 Give it to Olga Petrova, please.", "Where is Hugo?", "nothing here at all");

        var reply = generate(spans(FEW_NAMES, mode, inputs.toArray(String[]::new)))
                .extract()
                .jsonPath();

        requireSpans(reply, inputs);
        assertThat(reply.getList("details.calibrated")).containsOnly(false);
        assertThat(reply.getList("details.probabilities")).containsOnlyNulls();
    }

    private static void requireSpans(JsonPath reply, List<String> inputs) {
        var outputs = reply.<String>getList("outputs");
        assertThat(outputs).hasSameSizeAs(inputs);
        for (var i = 0; i < inputs.size(); i++) {
            var input = inputs.get(i);
            var start = input.offsetByCodePoints(0, reply.getInt("details[%d].span.start".formatted(i)));
            var end = input.offsetByCodePoints(0, reply.getInt("details[%d].span.end".formatted(i)));
            assertThat(outputs.get(i)).isNotEmpty().isEqualTo(input.substring(start, end));
            assertThat(reply.getDouble("details[%d].confidence".formatted(i)))
                    .isGreaterThan(0)
                    .isLessThanOrEqualTo(1);
        }
    }

    @Test
    void whatTheExamplesTakeOutIsTakenOutOfOtherInputs() {
        var body = spans(NAMES, "auto", "Give it to Olga Petrova, please.", "The lamp is for Hugo.", "Ask Lena.");

        generate(body).body("outputs", equalTo(List.of("Olga Petrova", "Hugo", "Lena")));
    }

    @Test
    void anExampleWithoutASpanMakesAnEmptyAnswerPossible() {
        var examples = new ArrayList<>(EXAMPLES);
        examples.addAll(List.of(
                example("The printer is out of paper.", ""),
                example("It rains again.", ""),
                example("The meeting starts at nine.", "")));
        var task = task("Extract the name of the person.", examples);

        var reply = generate(spans(task, "auto", "The lift is out of order.", "Give it to Olga Petrova."))
                .extract()
                .jsonPath();

        assertThat(reply.getList("outputs")).isEqualTo(List.of("", "Olga Petrova"));
        assertThat(reply.getMap("details[0].span")).isNull();
        assertThat(reply.getInt("details[1].span.start")).isEqualTo(11);
    }

    @Test
    void anAnswerThatIsLessSureThanWantedIsNullAndStandsNowhere() {
        generate(with(spans(NAMES, "plain", "Hugo and Lena and Tom"), "abstain_below", 1))
                .body("outputs[0]", nullValue())
                .body("details[0].span", nullValue())
                .body("details[0].reason", containsString("is below 1"));
    }

    /// More words than there could be candidates for.
    @Test
    void aLongInputIsAnsweredToo() {
        var long1 = "The keys are with Hugo. " + "Nothing else was said. ".repeat(15);
        var long2 = IntStream.range(0, 35).mapToObj(i -> "word " + i).toList();

        var inputs = List.of(long1, String.join(" ", long2));
        requireSpans(
                generate(spans(NAMES, "adapter", inputs.toArray(String[]::new)))
                        .extract()
                        .jsonPath(),
                inputs);
    }

    @Test
    void aFunctionOfSpansIsAskedByGenerateAlone() {
        var person = "person-" + System.nanoTime();
        define(person, Map.of("task", NAMES, "answer", "span")).statusCode(201).body("answer", equalTo("span"));
        var asked = with(body(Map.of("function", person), "Where is Hugo?"), "mode", "auto");

        generate(asked).body("outputs[0]", equalTo("Hugo")).body("details[0].span.start", equalTo(9));
        post("/generate", with(asked, "answer", "span")).statusCode(400).body("errors.field", hasItem("/answer"));
        post("/generate", with(asked, "labels", List.of("a", "b")))
                .statusCode(400)
                .body("errors.field", hasItem("/answer"));
        for (var stream : List.of(true, false)) {
            post("/v1/chat/completions", with(with(chat("Where is Hugo?"), "model", person), "stream", stream))
                    .statusCode(400)
                    .body("error.message", containsString("is a function of spans"));
        }
        post(
                        "/v1/systemone",
                        Map.of(
                                "model",
                                "any",
                                "state",
                                "Where is Hugo?",
                                "questions",
                                Map.of("who", Map.of("type", "noul", "function", person))))
                .statusCode(422)
                .body("detail[0].loc", equalTo(List.of("body", "questions", "who", "function")));
    }
}
