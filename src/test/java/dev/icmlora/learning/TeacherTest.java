package dev.icmlora.learning;

import static dev.icmlora.function.Requests.define;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.Requests;
import dev.icmlora.function.TestBucket;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.api.TaskBody.ExampleBody;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.service.FunctionObserver.Answered;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.learning.Improvements.Split;
import dev.icmlora.learning.LearningStore.Share;
import dev.icmlora.learning.Teacher.Due;

/// Teachers of the tests' own, beside the function's, which has no address and asks nothing.
@QuarkusTest
class TeacherTest {

    private static final List<Map<String, String>> EXAMPLES =
            List.of(Map.of("input", "an apple", "output", "food"), Map.of("input", "a car", "output", "vehicle"));
    private static final Map<String, Object> SORTING = Map.of(
            "task", task("Which is it?", EXAMPLES),
            "labels", List.of("food", "vehicle"),
            "tune", Map.of("when", "never"));
    private static final Duration MOMENT = Duration.ofMillis(5);
    private static final Duration SHORT = Duration.ofMillis(500);
    private static final Duration LONG = Duration.ofMinutes(2);

    @Inject
    LearningStore store;

    @Inject
    NamedFunctions functions;

    @Inject
    Unsure unsure;

    @Inject
    FeedbackRules rules;

    @Inject
    ObjectMapper json;

    @Inject
    FunctionConfig function;

    @Inject
    MeterRegistry registry;

    private final List<Teacher> teachers = new ArrayList<>();
    private final List<StubTeacher> stubs = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    @BeforeEach
    void begin() throws IOException {
        Files.deleteIfExists(TestBucket.FOLDER.resolve("feedback/calls"));
    }

    @AfterEach
    void end() {
        teachers.forEach(teacher -> teacher.stop());
        stubs.forEach(StubTeacher::close);
        names.forEach(name -> given().delete("/functions/{name}", name));
    }

    /// A function with kept answers that it is not sure of.
    private String function(Map<String, Object> definition, String... inputs) {
        var name = "t" + UUID.randomUUID();
        define(name, definition).statusCode(201);
        names.add(name);
        answer(name, 0.5, inputs);
        return name;
    }

    private void answer(String name, double confidence, String... inputs) {
        var answers = Arrays.stream(inputs)
                .map(input -> new Answered(input, "vehicle", confidence))
                .toList();
        store.keep(Tenant.SHARED, name, Stamp.now(), new KeptAnswers(1, answers));
    }

    private StubTeacher stub(StubTeacher.Behaviour behaviour) throws IOException {
        var stub = new StubTeacher(behaviour);
        stubs.add(stub);
        return stub;
    }

    private Teacher teacher(String address, String model, int calls, Duration longest) {
        var config = new TeacherConfig() {
            @Override
            public Optional<String> url() {
                return Optional.of(address);
            }

            @Override
            public Optional<String> key() {
                return Optional.of("secret");
            }

            @Override
            public Optional<String> model() {
                return Optional.of(model);
            }

            @Override
            public int callsPerDay() {
                return calls;
            }
        };
        var pace = new Teacher.Pace(MOMENT, MOMENT.multipliedBy(4), longest);
        var teacher = new Teacher(store, functions, unsure, rules, json, config, function, registry, pace);
        teachers.add(teacher);
        return teacher;
    }

    private Teacher teacher(StubTeacher stub) {
        return teacher(stub.address(), "large", 100, LONG);
    }

    private static Due due(String name) {
        return new Due(Tenant.SHARED, name);
    }

    private static List<JsonNode> lines(String name) {
        return given().get("/functions/{name}/feedback", name)
                .then()
                .statusCode(200)
                .extract()
                .asString()
                .lines()
                .map(TeacherTest::read)
                .toList();
    }

    private static JsonNode read(String line) {
        try {
            return Requests.JSON.readTree(line);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void untilTaught(String name, int pieces) {
        Eventually.until(() -> lines(name).size() >= pieces);
        assertThat(lines(name)).hasSize(pieces);
    }

    @Test
    void whatItSaysOfUnsureAnswersIsKeptApart() throws IOException {
        var name = function(SORTING, "a pie", "the blue yacht");
        answer(name, 0.95, "a lorry");
        var stub =
                stub((exchange, _, input) -> StubTeacher.say(exchange, input.equals("a pie") ? " food\n" : "vehicle"));

        teacher(stub).answered(due(name));

        untilTaught(name, 2);
        assertThat(lines(name)).allSatisfy(line -> {
            assertThat(line.get("kind").asText()).isEqualTo("teacher");
            assertThat(line.get("version").asInt()).isEqualTo(1);
            assertThat(line.get("output").asText())
                    .isEqualTo(line.get("input").asText().equals("a pie") ? "food" : "vehicle");
        });
        // One call an input, with all that it takes to answer, and no more.
        assertThat(stub.calls()).hasSize(2).allSatisfy(call -> {
            assertThat(call.get("model").asText()).isEqualTo("large");
            assertThat(call.properties()).hasSize(2);
            assertThat(call.get("messages").findValuesAsText("role"))
                    .containsExactly("system", "user", "assistant", "user", "assistant", "user");
            assertThat(call.at("/messages/0/content").asText()).contains("Which is it?", "food\nvehicle");
        });
        assertThat(stub.keys()).containsOnly("Bearer secret");
        // People are asked about the same, and what they say is theirs.
        given().get("/functions/{name}/unsure", name).then().body("answers.size()", equalTo(3));
        post("/functions/" + name + "/feedback", Map.of("input", "a pie", "output", "food"))
                .statusCode(200)
                .body("added", equalTo(1))
                .body("feedback", equalTo(1))
                .body("contradictions.size()", equalTo(0));
        assertThat(lines(name)).hasSize(3);
    }

    @Test
    void whatTheFunctionCouldNotAnswerIsDroppedAndNotAskedAgain() throws IOException {
        var name = function(SORTING, "a pie");
        var stub =
                stub((exchange, _, input) -> StubTeacher.say(exchange, input.equals("a pie") ? "animal" : "vehicle"));
        var teacher = teacher(stub);
        teacher.answered(due(name));
        untilTaught(name, 1);
        assertThat(lines(name).getFirst().has("output")).isFalse();

        answer(name, 0.5, "a yacht");
        teacher.answered(due(name));

        untilTaught(name, 2);
        assertThat(stub.calls()).hasSize(2);
        assertThat(store.notTried(Tenant.SHARED, name)).isOne();
    }

    @Test
    void jsonFollowsTheSchema() throws IOException {
        var schema = Map.of("type", "object", "properties", Map.of("n", Map.of("type", "integer")));
        var name = function(Map.of("task", task("Find the number.", List.of()), "schema", schema), "seven", "eight");
        var stub = stub((exchange, _, input) ->
                StubTeacher.say(exchange, input.equals("seven") ? "```json\n{\"n\": 7}\n```" : "{\"n\": \"8\"}"));

        teacher(stub).answered(due(name));

        untilTaught(name, 2);
        assertThat(lines(name))
                .allSatisfy(line -> assertThat(line.path("output").asText())
                        .isEqualTo(line.get("input").asText().equals("seven") ? "{\"n\": 7}" : ""));
    }

    /// It takes a thread of all requests until it is read.
    @Test
    void muchWhiteSpaceIsReadAtOnce() throws IOException {
        var name = function(SORTING, "a pie", "a yacht");
        var space = " ".repeat(400_000);
        var stub = stub((exchange, _, input) -> StubTeacher.say(
                exchange, input.equals("a pie") ? "```" + space + "food" : "```" + space + "vehicle" + space + "```"));

        teacher(stub).answered(due(name));

        untilTaught(name, 2);
        assertThat(lines(name))
                .allSatisfy(line -> assertThat(line.path("output").asText())
                        .isEqualTo(line.get("input").asText().equals("a pie") ? "" : "vehicle"));
    }

    enum Trouble {
        SLOW,
        DOWN,
        CLOSED,
        NO_JSON
    }

    @ParameterizedTest
    @EnumSource
    void oneThatIsAwayIsAskedAgainAndNothingIsLost(Trouble trouble) throws IOException {
        var name = function(SORTING, "a pie");
        var stub = stub((exchange, call, _) -> {
            if (call > 2) {
                StubTeacher.say(exchange, "food");
            } else {
                trouble(trouble, exchange);
            }
        });

        teacher(stub.address(), "large", 100, trouble == Trouble.SLOW ? SHORT : LONG)
                .answered(due(name));

        untilTaught(name, 1);
        assertThat(stub.calls()).hasSize(3);
        // An attempt is a call.
        assertThat(store.callsLeft(Tenant.SHARED, new Share(100, false))).isEqualTo(97);
    }

    private void trouble(Trouble trouble, HttpExchange exchange) throws IOException {
        switch (trouble) {
            case SLOW -> stubs.getFirst().dawdle(exchange);
            case DOWN -> StubTeacher.write(exchange, 503, "{}");
            case CLOSED -> exchange.close();
            case NO_JSON -> StubTeacher.write(exchange, 200, "<html>");
        }
    }

    @Test
    void whatItRefusesKeepsNothingElseAway() throws IOException {
        var name = function(SORTING, "a pie", "a yacht");
        var stub = stub((exchange, _, input) -> {
            if (input.equals("a pie")) {
                StubTeacher.write(exchange, 400, "{}");
            } else {
                StubTeacher.say(exchange, "vehicle");
            }
        });
        var teacher = teacher(stub);
        teacher.answered(due(name));
        untilTaught(name, 1);

        answer(name, 0.5, "the scooter");
        teacher.answered(due(name));

        untilTaught(name, 2);
        assertThat(stub.calls()).hasSize(3);
    }

    /// All instances together, also those that start later.
    @Test
    void noMoreCallsAreMadeThanTheBudgetAllows() throws IOException {
        var name = function(SORTING, "a pie", "a yacht", "the scooter", "one onion");
        var stub = stub((exchange, _, _) -> StubTeacher.say(exchange, "food"));
        teacher(stub.address(), "large", 2, LONG).answered(due(name));
        untilTaught(name, 2);
        var claim = TestBucket.FOLDER.resolve("feedback/shared").resolve(name).resolve("teaching");
        Eventually.until(() -> !Files.exists(claim));
        teacher(stub.address(), "large", 2, LONG).answered(due(name));

        teacher(stub.address(), "large", 3, LONG).answered(due(name));

        untilTaught(name, 3);
        assertThat(stub.calls()).hasSize(3);
    }

    @Test
    void aTenantHasHalfOfWhatTheOthersLeave() {
        var share = new Share(4, true);
        var alice = Tenant.of("alice");
        var bob = Tenant.of("bob");

        assertThat(IntStream.range(0, 4).filter(_ -> store.takeCall(alice, share)))
                .hasSize(2);
        assertThat(IntStream.range(0, 4).filter(_ -> store.takeCall(bob, share)))
                .hasSize(1);
        assertThat(store.callsLeft(alice, share)).isZero();
    }

    @Test
    void nothingIsKeptOfWhatItsOwnerDeletesMeanwhile() throws IOException {
        var name = function(SORTING, "a pie");
        var other = function(SORTING, "a yacht");
        var stub = stub((exchange, call, _) -> {
            if (call == 1) {
                given().delete("/functions/{name}/feedback", name).then().statusCode(204);
            }
            StubTeacher.say(exchange, "food");
        });
        var teacher = teacher(stub);
        teacher.answered(due(name));

        teacher.answered(due(other));

        untilTaught(other, 1);
        assertThat(lines(name)).isEmpty();
    }

    /// Of a second instance, mostly; here it is another function of the same one.
    @Test
    void aFunctionCanTeach() {
        var name = function(SORTING, "a pie");
        var large = function(SORTING);

        teacher("http://localhost:%d/v1".formatted(RestAssured.port), large, 100, LONG)
                .answered(due(name));

        untilTaught(name, 1);
        assertThat(lines(name).getFirst().path("output").asText()).isIn("food", "vehicle");
        assertThat(lines(large)).isEmpty();
    }

    @Test
    void peopleMeasureWhereThereIsAnyFeedbackOfTheirs() {
        var definition = new FunctionDefinition(
                new TaskBody("Which is it?", List.of()), List.of("food", "vehicle"), null, null, null, null);
        var taught = List.of(piece("a pie", "vehicle", true), piece("a yacht", "vehicle", true));
        var all = Stream.concat(Stream.of(piece("a pie", "food", false)), taught.stream())
                .toList();

        var byTeacher = Split.of(definition, taught, new byte[1]);
        var byPeople = Split.of(definition, all, new byte[1]);

        assertThat(byTeacher.measuredBy()).isEqualTo(Feedback.Kind.TEACHER);
        assertThat(byTeacher.parts().stream().flatMap(List::stream)).hasSize(2);
        assertThat(byPeople.measuredBy()).isNull();
        assertThat(byPeople.parts().stream().flatMap(List::stream)).containsExactly(new ExampleBody("a pie", "food"));
        assertThat(byPeople.learned())
                .containsExactlyInAnyOrder(new ExampleBody("a pie", "food"), new ExampleBody("a yacht", "vehicle"));
    }

    private static Feedback piece(String input, String output, boolean isTaught) {
        return new Feedback(input, output, null, "2026-11-30T12:00:00Z", isTaught ? Feedback.Kind.TEACHER : null);
    }

    @Test
    void halfOfTheRoomIsLeftToPeople() throws IOException {
        var name = function(SORTING);
        store.add(Tenant.SHARED, name, List.of(piece("a bus", "vehicle", true)), List.of());
        var folder = TestBucket.FOLDER.resolve("feedback/shared").resolve(name);
        var stamp = Stamp.now();
        for (var i = 0; i < LearningStore.MOST / 2 - 1; i++) {
            Files.writeString(folder.resolve("taught-%032x-%032x-%s.json".formatted(i, i, stamp)), "{}\n");
        }

        assertThatThrownBy(() -> store.add(Tenant.SHARED, name, List.of(piece("a tram", "vehicle", true)), List.of()))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("500 pieces for a function");
        post("/functions/" + name + "/feedback", Map.of("input", "a tram", "output", "vehicle"))
                .statusCode(200);
    }

    /// It was defined with its labels the wrong way round.
    @Test
    void aFunctionLearnsFromATeacherAlone() {
        var swapped = List.of(
                Map.of("input", "the apple", "output", "vehicle"), Map.of("input", "the car", "output", "food"),
                Map.of("input", "the bread", "output", "vehicle"), Map.of("input", "the bus", "output", "food"));
        var name = function(with(SORTING, "task", task("Which is it?", swapped)));
        var food = Stream.of("apple", "bread", "cheese", "soup", "rice", "pasta", "cake", "salad", "pear", "honey")
                .map(word -> piece("the " + word, "food", true));
        var vehicles = Stream.of("car", "bus", "train", "bike", "truck", "plane", "boat", "tram", "ship", "van")
                .map(word -> piece("the " + word, "vehicle", true));
        store.add(Tenant.SHARED, name, Stream.concat(food, vehicles).toList(), List.of());

        post("/functions/" + name + "/improve", "")
                .statusCode(200)
                .body("version", equalTo(2))
                .body("measured_by", equalTo("teacher"))
                .body("held_back", equalTo(16));

        post("/functions/" + name + "/feedback", Map.of("input", "a pie", "output", "food"))
                .statusCode(200);
        post("/functions/" + name + "/improve", "")
                .statusCode(200)
                .body("version", nullValue())
                .body("measured_by", nullValue())
                .body("held_back", equalTo(1));
    }
}
