package dev.icmlora.learning;

import static dev.icmlora.function.Requests.define;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.TestBucket;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.http.LowPriorityWork;
import dev.icmlora.function.service.FunctionObserver.Answered;
import dev.icmlora.learning.Improvement.Candidate;

/// Feedback on functions, and what they learn from it.
@QuarkusTest
class LearningTest {

    private static final Path BUCKET = TestBucket.FOLDER;
    private static final List<String> LABELS = List.of("food", "vehicle");
    private static final Map<String, Object> SORTING =
            Map.of("task", task("Which is it?", List.of()), "labels", LABELS, "tune", Map.of("when", "never"));
    private static final Candidate CANDIDATE = new Candidate(2, 1, "base", null, null, null, "0");
    private static final List<String> FOOD = List.of(
            "apple", "bread", "cheese", "soup", "rice", "pasta", "cake", "salad", "pear", "honey", "butter", "egg");
    private static final List<String> VEHICLES =
            List.of("car", "bus", "train", "bike", "truck", "plane", "boat", "tram", "ship", "van", "taxi", "ferry");

    @Inject
    LearningStore store;

    @Inject
    Answers answers;

    @Inject
    LowPriorityWork lowPriority;

    private final List<String> functions = new ArrayList<>();

    /// No other test has it.
    private String function(Map<String, Object> definition) {
        var name = "l" + UUID.randomUUID();
        define(name, definition).statusCode(201);
        functions.add(name);
        return name;
    }

    @AfterEach
    void deleteFunctions() {
        functions.forEach(name -> given().delete("/functions/{name}", name));
    }

    private static ValidatableResponse feedback(String name, Object body) {
        return post("/functions/" + name + "/feedback", body);
    }

    private static JsonPath asked(String name, String... inputs) {
        return generate(Map.of("task", Map.of("function", name), "inputs", List.of(inputs)))
                .extract()
                .jsonPath();
    }

    private static Map<String, String> pair(String input, String output) {
        return Map.of("input", input, "output", output);
    }

    private static List<String> lines(String name) {
        return given().get("/functions/{name}/feedback", name)
                .then()
                .statusCode(200)
                .contentType("application/jsonl")
                .extract()
                .asString()
                .lines()
                .toList();
    }

    @Test
    void eachAnswerOfAFunctionHasAnIdAndIsCorrectedByIt() {
        var name = function(SORTING);
        var reply = asked(name, "an apple", "a bus");
        List<String> ids = reply.getList("ids");
        // It signs the ids of all instances, also of those that start later.
        assertThat(BUCKET.resolve("feedback/key")).hasSize(32);
        assertThat(ids).hasSize(2).doesNotHaveDuplicates();

        feedback(name, List.of(Map.of("id", ids.get(0), "output", "food"), Map.of("id", ids.get(1), "right", true)))
                .statusCode(200)
                .body("added", equalTo(2))
                .body("known", equalTo(0))
                .body("feedback", equalTo(2))
                .body("contradictions", equalTo(List.of()));

        var lines = lines(name).stream().map(JsonPath::from).toList();
        assertThat(lines).extracting(line -> line.getString("input")).containsExactlyInAnyOrder("an apple", "a bus");
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.getString("output"))
                    .isEqualTo(line.getString("input").equals("an apple") ? "food" : reply.getString("outputs[1]"));
            assertThat(line.getInt("version")).isEqualTo(1);
            assertThat(Instant.parse(line.getString("at"))).isBefore(Instant.now());
        });
    }

    @Test
    void answersByOtherInterfacesHaveIdsToo() {
        var name = function(SORTING);
        var user = Map.of("role", "user", "content", "an apple");
        var chat = Map.of("model", name, "messages", List.of(user));
        var questions = Map.of(
                "kind", Map.of("type", "choice", "function", name),
                "size", Map.of("type", "noul", "instructions", "Is it large?"));
        var decided = post("/v1/systemone", Map.of("model", "any", "state", "a bus", "questions", questions))
                .statusCode(200)
                .extract()
                .jsonPath();
        List<String> ids = new ArrayList<>(decided.getList("icm_lora.ids"));
        assertThat(ids.removeIf(Objects::isNull)).isTrue();
        ids.add(post("/v1/chat/completions", chat).statusCode(200).extract().path("icm_lora.ids[0]"));

        var corrections =
                ids.stream().map(id -> Map.of("id", id, "right", true)).toList();
        feedback(name, corrections).statusCode(200).body("added", equalTo(2));

        assertThat(lines(name))
                .hasSize(2)
                .anyMatch(line -> line.contains("a bus"))
                .anyMatch(line -> line.contains("an apple"));
        // Of several messages, none is an input that an example could have.
        post("/v1/chat/completions", with(chat, "messages", List.of(user, user)))
                .statusCode(200)
                .body("icm_lora.ids", nullValue());
    }

    @Test
    void noOtherAnswerHasAnId() {
        generate(with(SORTING, "inputs", List.of("an apple"))).body("ids", nullValue());
    }

    @Test
    void whatWasSaidBeforeChangesNothingAndWhatContradictsItIsNamed() {
        var name = function(SORTING);
        feedback(name, pair("a bus", "food")).statusCode(200).body("added", equalTo(1));
        feedback(name, pair("a bus", "food"))
                .statusCode(200)
                .body("added", equalTo(0))
                .body("known", equalTo(1))
                .body("feedback", equalTo(1));
        var lines = """
                {"input": "a bus", "output": "vehicle"}

                {"input": "an egg", "output": "food"}
                """;
        given().contentType("application/x-ndjson")
                .body(lines.getBytes(UTF_8))
                .post("/functions/{name}/feedback", name)
                .then()
                .statusCode(200)
                .body("added", equalTo(2))
                .body(
                        "contradictions",
                        equalTo(List.of(Map.of("input", "a bus", "outputs", List.of("food", "vehicle")))));
        assertThat(lines(name)).hasSize(3);
    }

    /// Each of them is read.
    @Test
    void ofManyContradictionsTheNewestAreNamed() {
        var name = function(Map.of("task", task("Say it.", List.of())));
        var all = IntStream.range(0, 120).mapToObj(i -> pair("a word", "w" + i)).toList();
        feedback(name, all).statusCode(200).body("added", equalTo(all.size()));

        feedback(name, all.getLast())
                .statusCode(200)
                .body("known", equalTo(1))
                .body("contradictions[0].outputs.size()", equalTo(100))
                .body("contradictions[0].outputs[-1]", equalTo(all.getLast().get("output")));
    }

    @Test
    void aCorrectionThatIsTakenBackCountsAgain() {
        var name = function(SORTING);
        feedback(name, pair("a bus", "vehicle")).statusCode(200);
        feedback(name, pair("a bus", "food")).statusCode(200);

        for (var added : List.of(1, 0)) {
            feedback(name, pair("a bus", "vehicle"))
                    .statusCode(200)
                    .body("added", equalTo(added))
                    .body("known", equalTo(1 - added))
                    .body("feedback", equalTo(2))
                    .body("contradictions[0].outputs", equalTo(List.of("food", "vehicle")));
            assertThat(lines(name)).hasSize(2).last().asString().contains("vehicle");
        }
        // Sent as a whole, what was said before changes nothing either.
        feedback(name, List.of(pair("a bus", "food"), pair("a bus", "vehicle")))
                .statusCode(200)
                .body("added", equalTo(0));
    }

    /// It has no tag that would name it as it is now.
    @Test
    void ofAnotherExportNoPartIsGivenAndOfAnEmptyOneThereIsNone() {
        var name = function(SORTING);
        exported(name, Map.of("Range", "bytes=-1")).statusCode(200).body(equalTo(""));
        exported(name, Map.of("Range", "bytes=0-")).statusCode(416);
        feedback(name, pair("a bus", "vehicle")).statusCode(200);

        exported(name, Map.of("Range", "bytes=0-0")).statusCode(206).body(equalTo("{"));
        exported(name, Map.of("Range", "bytes=0-0", "If-Range", "\"a tag\""))
                .statusCode(200)
                .body(containsString("a bus"));
    }

    private static ValidatableResponse exported(String name, Map<String, String> headers) {
        return given().headers(headers).get("/functions/{name}/feedback", name).then();
    }

    @Test
    void theOwnerDeletesIt() throws IOException {
        var name = function(SORTING);
        asked(name, "an apple");
        feedback(name, pair("a bus", "vehicle")).statusCode(200);

        given().delete("/functions/{name}/feedback", name).then().statusCode(204);

        assertThat(lines(name)).isEmpty();
        assertThat(kept(name)).isEmpty();
        feedback(name, pair("a bus", "vehicle")).statusCode(200).body("feedback", equalTo(1));
        given().delete("/functions/{name}", name).then().statusCode(204);
        assertThat(BUCKET.resolve("feedback/shared").resolve(name)).doesNotExist();
    }

    /// An instance was killed while it deleted the function.
    @ParameterizedTest
    @CsvSource({"/functions/{name}, 404", "/functions/{name}/feedback, 204"})
    void whatADeletionLeftThatWasCutShortIsDeletedByAnother(String path, int status) throws IOException {
        var name = function(SORTING);
        asked(name, "an apple");
        feedback(name, pair("a bus", "vehicle")).statusCode(200);
        var versions = BUCKET.resolve("functions/shared").resolve(name);
        Files.delete(versions.resolve("000000001.json"));
        Files.delete(versions);

        given().delete(path, name).then().statusCode(status);

        assertThat(kept(name)).isEmpty();
        assertThat(BUCKET.resolve("feedback/shared").resolve(name)).doesNotExist();
    }

    private static List<Path> kept(String name) throws IOException {
        return files(BUCKET.resolve("answers/shared").resolve(name));
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }

    /// As where inputs are not kept, or made room.
    @Test
    void anIdAloneDoesNotSayWhatIsNotKept() throws IOException {
        var name = function(SORTING);
        var id = asked(name, "an apple").getString("ids[0]");
        for (var file : kept(name)) {
            Files.delete(file);
        }

        feedback(name, Map.of("id", id, "output", "food"))
                .statusCode(400)
                .body("errors.field", equalTo(List.of("/input")))
                .body("errors[0].message", containsString("is not kept here"));
        feedback(name, Map.of("id", id, "input", "an apple", "right", true))
                .statusCode(400)
                .body("errors.field", equalTo(List.of("/output")));
        feedback(name, Map.of("id", id, "input", "a pear", "output", "food"))
                .statusCode(400)
                .body("errors.field", equalTo(List.of("/input")))
                .body("errors[0].message", containsString("is not the input of this answer"));
        feedback(name, Map.of("id", id, "input", "an apple", "output", "food")).statusCode(200);
    }

    @Test
    void anIdIsGoodForTheFunctionAndVersionThatAnswered() {
        var name = function(SORTING);
        var id = asked(name, "an apple").getString("ids[0]");
        define(name, with(SORTING, "labels", List.of("food", "vehicle", "other")))
                .statusCode(201);
        feedback(name, Map.of("id", id, "output", "other")).statusCode(200);

        feedback(function(SORTING), Map.of("id", id, "output", "food"))
                .statusCode(400)
                .body("errors[0].field", equalTo("/id"))
                .body("errors[0].message", containsString("another function"));
        given().delete("/functions/{name}@1", name).then().statusCode(204);
        feedback(name, Map.of("id", id, "output", "food"))
                .statusCode(400)
                .body("errors[0].field", equalTo("/id"))
                .body("errors[0].message", containsString("version 1, which is deleted"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("badFeedback")
    void whatCannotBeLearnedFromIsRefused(String field, String message, Object body) {
        var name = function(SORTING);
        feedback(name, body)
                .statusCode(400)
                .body("type", equalTo("urn:icm-lora:problem:invalid-request"))
                .body("errors.field", hasItem(field))
                .body("errors.message", hasItem(containsString(message)));
        assertThat(lines(name)).isEmpty();
    }

    static Stream<Arguments> badFeedback() {
        var good = pair("an apple", "food");
        return Stream.of(
                Arguments.of("/id", "no id of an answer", Map.of("id", "abc", "output", "food")),
                Arguments.of("/id", "no id of an answer", Map.of("id", "A".repeat(120), "output", "food")),
                Arguments.of("/input", "is missing", Map.of("output", "food")),
                Arguments.of("/input", "must not be empty", pair("", "food")),
                Arguments.of("/input", "2001 characters", pair("x".repeat(2001), "food")),
                Arguments.of("/output", "is missing", Map.of("input", "x")),
                Arguments.of("/output", "none of the function's labels", pair("x", "animal")),
                Arguments.of("/1/output", "none of the function's labels", List.of(good, pair("x", "animal"))),
                Arguments.of("/right", "must be true", Map.of("input", "x", "right", false)),
                Arguments.of("/right", "beside /output", with(Map.of("input", "x", "right", true), "output", "food")),
                Arguments.of("/output", "is not kept here", Map.of("input", "x", "right", true)),
                Arguments.of("/lable", "is not a known field", Map.of("input", "x", "lable", "food")),
                Arguments.of("/0/output", "must be a string", List.of(Map.of("input", "x", "output", 1))),
                Arguments.of("", "one correction at least", List.of()),
                Arguments.of("/0", "must be an object", List.of("x")),
                Arguments.of(
                        "",
                        "more than the limit of 256",
                        Stream.generate(() -> good).limit(257).toList()));
    }

    @Test
    void whatIsNoJsonLineIsNamedByItsNumber() {
        var name = function(SORTING);
        given().contentType("application/x-ndjson")
                .body("{\"input\": \"x\", \"output\": \"food\"}\n{\"input\"".getBytes(UTF_8))
                .post("/functions/{name}/feedback", name)
                .then()
                .statusCode(400)
                .body("errors[0].field", equalTo("/1"));
    }

    @Test
    void outputsFollowTheSchemaAndSpansTheirInput() {
        var schema = Map.of("type", "object", "properties", Map.of("n", Map.of("type", "integer")));
        var fields = function(Map.of("task", task("Find the number.", List.of()), "schema", schema));
        feedback(fields, pair("seven", "{\"n\": 7}")).statusCode(200);
        feedback(fields, pair("eight", "{\"n\": \"8\"}"))
                .statusCode(400)
                .body("errors[0].field", equalTo("/output"))
                .body("errors[0].limit", containsString("schema"));
        var numbers = function(Map.of("task", task("Find the number.", List.of()), "schema", Map.of("const", 7)));
        feedback(numbers, pair("very many", "1e999")).statusCode(400).body("errors[0].field", equalTo("/output"));
        var spans = function(Map.of("task", task("Find the day.", List.of()), "answer", "span"));
        feedback(spans, pair("on Friday", "Friday")).statusCode(200);
        feedback(spans, pair("on Friday", "Monday"))
                .statusCode(400)
                .body("errors[0].field", equalTo("/output"))
                .body("errors[0].message", containsString("word for word"));
    }

    /// Of a hundred wrong outputs, each would name all.
    @Test
    void ofManyLabelsSomeAreNamed() {
        var labels = IntStream.range(0, 100).mapToObj(i -> "label " + i).toList();
        var name = function(with(SORTING, "labels", labels));
        feedback(name, pair("a bus", "vehicle"))
                .statusCode(400)
                .body("errors[0].limit", equalTo(labels.subList(0, 32)));
    }

    @ParameterizedTest
    @MethodSource("routes")
    void ofAFunctionThatThereIs(String method, String route) {
        for (var name : List.of("nobodys", "nobodys@1", "No")) {
            given().contentType("application/json")
                    .body(method.equals("POST") ? "{\"input\": \"x\", \"output\": \"y\"}" : "")
                    .request(method, "/functions/" + name + "/" + route)
                    .then()
                    .statusCode(!name.equals("nobodys") ? 400 : method.equals("DELETE") ? 204 : 404);
        }
    }

    static Stream<Arguments> routes() {
        return Stream.of(
                        "POST feedback",
                        "GET feedback",
                        "DELETE feedback",
                        "POST improve",
                        "GET improvements",
                        "GET unsure")
                .map(route -> Arguments.of((Object[]) route.split(" ")));
    }

    /// Of each word, twice.
    private static List<Map<String, String>> truth() {
        var pairs = new ArrayList<Map<String, String>>();
        for (var i = 0; i < FOOD.size(); i++) {
            pairs.add(pair("a " + FOOD.get(i), "food"));
            pairs.add(pair("a " + VEHICLES.get(i), "vehicle"));
            pairs.add(pair("the " + FOOD.get(i), "food"));
            pairs.add(pair("the " + VEHICLES.get(i), "vehicle"));
        }
        return pairs;
    }

    private static Map<String, String> wrong(Map<String, String> pair) {
        return pair(pair.get("input"), pair.get("output").equals("food") ? "vehicle" : "food");
    }

    private static JsonPath improved(String name) {
        return post("/functions/" + name + "/improve", "")
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /// A function that was defined with its labels the wrong way round, and has feedback that says so.
    ///
    /// @param pieces of feedback
    private String reversed(int pieces) {
        var swapped = truth().subList(0, 8).stream().map(LearningTest::wrong).toList();
        var name = function(with(SORTING, "task", task("Which is it?", swapped)));
        feedback(name, truth().subList(0, pieces)).statusCode(200);
        return name;
    }

    @Test
    void aBetterCandidateServesAsTheNextVersionAndIsRolledBackByOneCall() {
        var name = reversed(48);

        var reply = improved(name);

        assertThat(reply.getInt("from")).isEqualTo(1);
        assertThat(reply.getInt("version")).as(reply.prettify()).isEqualTo(2);
        // The version that serves was tuned on the inputs of eight.
        assertThat(reply.getInt("held_back")).isEqualTo(40);
        assertThat(reply.getInt("better")).isGreaterThanOrEqualTo(6);
        assertThat(reply.getList("changes.better")).hasSize(reply.getInt("better") + reply.getInt("worse"));
        assertThat(reply.getList("changes.findAll { it.better }", Map.class))
                .hasSize(reply.getInt("better"))
                .allMatch(change -> change.get("output").equals(change.get("after")))
                .noneMatch(change -> change.get("output").equals(change.get("before")))
                .allMatch(change -> truth().contains(pair(
                        change.get("input").toString(), change.get("output").toString())));
        assertThat(reply.getDouble("chance")).isLessThanOrEqualTo(0.02);
        assertThat(reply.getDouble("unrelated")).isLessThanOrEqualTo(0.001);
        assertThat(reply.getInt("candidate.of_feedback")).isEqualTo(48);
        assertThat(reply.getString("candidate.base_model")).contains("SmolLM2");
        given().get("/functions/{name}", name)
                .then()
                .body("version", equalTo(2))
                .body("task.examples.size()", equalTo(reply.getInt("candidate.examples")));
        given().get("/functions/{name}/improvements", name)
                .then()
                .statusCode(200)
                .body("improvements.size()", equalTo(1))
                .body("improvements[0].version", equalTo(2))
                // Inputs go with their feedback, so an improvement keeps none.
                .body("improvements[0].changes", nullValue());
        var answer = asked(name, "a ferry");
        assertThat(answer.getString("function")).isEqualTo(name + "@2");
        // Although feedback took the place of all its examples.
        assertThat(reply.getString("candidate.adapter")).isEqualTo(answer.getString("adapter.id"));

        given().delete("/functions/{name}@2", name).then().statusCode(204);

        assertThat(asked(name, "a ferry").getString("function")).isEqualTo(name + "@1");
    }

    /// Another instance began to, and was killed before it decided: its claim counts no more.
    @Test
    void aFunctionThatSaysSoImprovesByItself() throws Exception {
        var swapped = truth().subList(0, 8).stream().map(LearningTest::wrong).toList();
        var definition = with(with(SORTING, "task", task("Which is it?", swapped)), "improve", "auto");
        var name = function(definition);
        feedback(name, truth().subList(0, 19)).statusCode(200);
        Files.writeString(
                BUCKET.resolve("feedback/shared").resolve(name).resolve("improving"),
                "{\"micros\": 1000, \"random\": 0}");
        assertThat(tried(name)).isZero();

        feedback(name, truth().get(19)).statusCode(200);

        for (var i = 0; i < 600 && tried(name) == 0; i++) {
            Thread.sleep(100);
        }
        given().get("/functions/{name}", name)
                .then()
                .body("version", equalTo(2))
                .body("improve", equalTo("auto"));
        // Twenty more would be needed.
        feedback(name, truth().get(20)).statusCode(200);
        assertThat(tried(name)).isOne();
    }

    @Test
    void feedbackThatComesWhileAFunctionIsImprovedIsLearnedFromNext() throws Exception {
        var name = function(with(SORTING, "improve", "auto"));
        feedback(name, truth().subList(0, 20)).statusCode(200);
        var claim = BUCKET.resolve("feedback/shared").resolve(name).resolve("improving");
        Eventually.until(() -> Files.exists(claim));

        feedback(name, truth().subList(20, 40)).statusCode(200);

        Eventually.until(() -> tried(name) == 1);
        assertThat(store.notTried(Tenant.SHARED, name)).isEqualTo(20);
        // By itself, as the first time.
        Eventually.until(() -> given().post("/functions/{name}/improve", name).statusCode() == 409);
    }

    @Test
    void whatMadeAVersionIsListedHoweverMuchIsTried() {
        var name = function(SORTING);
        var made = improvement(2, null);
        store.add(Tenant.SHARED, name, Stamp.now(), made);
        for (var i = 0; i < LearningStore.MOST_TRIED + 5; i++) {
            store.add(Tenant.SHARED, name, Stamp.now(), improvement(null, CANDIDATE));
        }
        assertThat(store.tried(Tenant.SHARED, name))
                .hasSize(LearningStore.MOST_TRIED)
                .last()
                .isEqualTo(made);

        // What tuned nothing takes the room of its like.
        for (var i = 0; i < 5; i++) {
            improved(name);
        }

        var tried = store.tried(Tenant.SHARED, name);
        assertThat(tried).hasSize(LearningStore.MOST_TRIED).last().isEqualTo(made);
        assertThat(tried.subList(0, 2)).extracting(Improvement::candidate).containsExactly(null, CANDIDATE);
    }

    private static Improvement improvement(Integer version, Candidate candidate) {
        return new Improvement(
                "2026-11-30T12:00:00Z",
                1,
                version,
                null,
                null,
                null,
                0,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                candidate,
                null);
    }

    /// Else the next feedback would have it made again, in vain.
    @Test
    void anImprovementThatIsBrokenOffCountsAsTried() throws Exception {
        var name = function(with(SORTING, "improve", "auto"));
        feedback(name, truth().subList(0, 19)).statusCode(200);
        var folder = Files.createDirectories(BUCKET.resolve("functions/shared/full"));
        var large = folder.resolve("1.json");
        try (var file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(64 << 20);
        }
        try {
            feedback(name, truth().get(19)).statusCode(200);
            Eventually.until(() -> tried(name) == 1);

            given().get("/functions/{name}/improvements", name)
                    .then()
                    .body("improvements[0].reason", containsString("no room for another version"));
            post("/functions/" + name + "/improve", "").statusCode(507);
        } finally {
            Files.delete(large);
            Files.delete(folder);
        }
        assertThat(store.notTried(Tenant.SHARED, name)).isZero();
    }

    private static int tried(String name) {
        return given().get("/functions/{name}/improvements", name)
                .then()
                .extract()
                .jsonPath()
                .getList("improvements")
                .size();
    }

    /// Every other piece of feedback is wrong.
    @Test
    void halfWrongFeedbackReplacesNothing() {
        var name = function(with(SORTING, "task", task("Which is it?", truth().subList(0, 8))));
        var truth = truth();
        var half = IntStream.range(8, truth.size())
                .mapToObj(i -> i / 2 % 2 == 0 ? truth.get(i) : wrong(truth.get(i)))
                .toList();
        feedback(name, half).statusCode(200);

        var reply = improved(name);

        assertThat(reply.<Object>get("version")).as(reply.prettify()).isNull();
        assertThat(reply.getString("reason")).isNotEmpty();
        given().get("/functions/{name}", name).then().body("version", equalTo(1));
    }

    @Test
    void tooLittleFeedbackIsSaidBeforeAnythingIsTuned() {
        var name = function(SORTING);
        feedback(name, truth().subList(0, 4)).statusCode(200);

        var reply = improved(name);

        assertThat(reply.getString("reason")).contains("too little feedback");
        assertThat(reply.<Object>get("candidate")).isNull();
    }

    /// It was right for the version that was asked, and the one that serves cannot answer so.
    @Test
    void feedbackThatTheServingVersionRefusesIsLeftOut() {
        var free = Map.<String, Object>of("task", task("Find the day.", List.of()));
        var name = function(free);
        var pieces = IntStream.range(0, 12)
                .mapToObj(i -> pair("on Friday the %dth".formatted(i), i == 0 ? "Friday" : "Monday"))
                .toList();
        feedback(name, pieces).statusCode(200);
        define(name, with(free, "answer", "span")).statusCode(201);

        var reply = improved(name);

        assertThat(reply.getInt("left_out")).isEqualTo(11);
        assertThat(reply.getInt("held_back")).isOne();
    }

    /// Another instance has claimed it.
    @Test
    void aFunctionIsImprovedOnceAtATime() throws IOException {
        var name = function(SORTING);
        feedback(name, pair("a bus", "vehicle")).statusCode(200);
        var claim = BUCKET.resolve("feedback/shared").resolve(name).resolve("improving");
        Files.writeString(
                claim, "{\"micros\": %d, \"random\": 0}".formatted(Stamp.now().micros()));

        post("/functions/" + name + "/improve", "")
                .statusCode(409)
                .body("type", equalTo("urn:icm-lora:problem:improving"))
                .body("detail", containsString(name));

        Files.writeString(claim, "{\"micros\": 1000, \"random\": 0}");
        improved(name);
        assertThat(claim).doesNotExist();
    }

    /// Another instance was killed once it had defined a version, or before it could.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aVersionNeverLacksItsImprovementAndWhatWasNotMadeIsForgotten(boolean isMade) throws IOException {
        var name = function(SORTING);
        var claim = left(name, isMade);

        assertThat(versionsTried(name)).isEqualTo(isMade ? List.of(2) : List.of());
        assertThat(improved(name).getInt("from")).isEqualTo(isMade ? 2 : 1);

        assertThat(claim).doesNotExist();
        assertThat(tried(name)).isEqualTo(isMade ? 2 : 1);
        assertThat(versionsTried(name)).isEqualTo(isMade ? List.of(2) : List.of());
    }

    /// The same. Its claim holds feedback, as examples of the version.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoDeletesFeedbackDeletesWhatADeadInstanceLeftOfIt(boolean isMade) throws IOException {
        var name = function(SORTING);
        var claim = left(name, isMade);

        given().delete("/functions/{name}/feedback", name).then().statusCode(204);

        assertThat(claim).doesNotExist();
        assertThat(versionsTried(name)).isEqualTo(isMade ? List.of(2) : List.of());
    }

    /// What an instance has left that was killed when it had decided to serve a version.
    private static Path left(String name, boolean isMade) throws IOException {
        var next = with(SORTING, "task", task("Which is it?", truth().subList(0, 8)));
        if (isMade) {
            define(name, next).statusCode(201);
        }
        feedback(name, pair("a bus", "vehicle")).statusCode(200);
        var claim = BUCKET.resolve("feedback/shared").resolve(name).resolve("improving");
        var improvement = Map.of("at", "2026-11-30T12:00:00Z", "from", 1, "held_back", 12, "better", 6, "worse", 0);
        var decided = Map.of("improvement", improvement, "definition", next);
        new ObjectMapper().writeValue(claim.toFile(), Map.of("micros", 1000, "random", 0, "decided", decided));
        return claim;
    }

    private static List<Integer> versionsTried(String name) {
        return given().get("/functions/{name}/improvements", name)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("improvements.findAll { it.version != null }.version");
    }

    /// As where two instances got it at once.
    @Test
    void whatIsKeptTwiceCountsOnce() throws IOException {
        var name = function(SORTING);
        feedback(name, pair("a bus", "vehicle")).statusCode(200);
        var folder = BUCKET.resolve("feedback/shared").resolve(name);
        try (var files = Files.list(folder)) {
            var kept = files.toList().getFirst();
            Files.copy(
                    kept, kept.resolveSibling(kept.getFileName().toString().replaceAll(".{5}\\.json", "00000.json")));
        }

        assertThat(lines(name)).hasSize(1);
        feedback(name, pair("a bus", "vehicle")).statusCode(200).body("feedback", equalTo(1));

        given().delete("/functions/{name}/feedback", name).then().statusCode(204);
        assertThat(folder).doesNotExist();
    }

    /// As where it took so long that another instance took it to be gone.
    @Test
    void anInstanceThatLostItsClaimServesNothing() throws Exception {
        var name = reversed(20);
        var claim = BUCKET.resolve("feedback/shared").resolve(name).resolve("improving");
        try (var thread = Executors.newSingleThreadExecutor()) {
            var reply = thread.submit(() -> improved(name));
            Eventually.until(() -> Files.exists(claim));
            var others = Files.writeString(claim.resolveSibling("others"), "{\"micros\": 1000, \"random\": 1}");
            Files.move(others, claim, StandardCopyOption.REPLACE_EXISTING);

            assertThat(reply.get().getString("reason")).contains("another instance");
        }
        assertThat(claim).exists();
        given().get("/functions/{name}", name).then().body("version", equalTo(1));
    }

    @Test
    void aVersionThatTheOwnerDefinesMeanwhileStays() throws Exception {
        var name = reversed(20);
        var claim = BUCKET.resolve("feedback/shared").resolve(name).resolve("improving");
        try (var thread = Executors.newSingleThreadExecutor()) {
            var reply = thread.submit(() -> improved(name));
            Eventually.until(() -> Files.exists(claim));
            define(name, with(SORTING, "task", task("What is it?", List.of()))).statusCode(201);

            assertThat(reply.get().getString("reason")).contains("came meanwhile");
        }
        given().get("/functions/{name}", name).then().body("task.description", equalTo("What is it?"));
    }

    @Test
    void whatWasLearnedFromFeedbackThatIsDeletedMeanwhileIsNotServed() throws Exception {
        var name = reversed(20);
        var folder = BUCKET.resolve("feedback/shared").resolve(name);
        try (var thread = Executors.newSingleThreadExecutor()) {
            var reply = thread.submit(() -> improved(name));
            Eventually.until(() -> Files.exists(folder.resolve("improving")));
            given().delete("/functions/{name}/feedback", name).then().statusCode(204);

            assertThat(reply.get().<Object>get("version")).isNull();
        }
        assertThat(tried(name)).isOne();
        given().get("/functions/{name}", name).then().body("version", equalTo(1));
    }

    @Test
    void aFunctionThatIsDeletedMeanwhileLeavesNothing() throws Exception {
        var name = reversed(20);
        var folder = BUCKET.resolve("feedback/shared").resolve(name);
        try (var thread = Executors.newSingleThreadExecutor()) {
            var reply = thread.submit(() -> improved(name));
            Eventually.until(() -> Files.exists(folder.resolve("improving")));
            given().delete("/functions/{name}", name).then().statusCode(204);

            assertThat(reply.get().getString("reason")).isNotNull();
        }
        assertThat(folder).doesNotExist();
        given().get("/functions/{name}", name).then().statusCode(404);
    }

    @Test
    void whatTheFunctionIsUnsureOfComesFirstUnlikeWhatIsKnown() {
        var name = function(with(SORTING, "task", task("Which is it?", truth().subList(0, 8))));
        var reply = asked(name, "a pie", "a pie", "a submarine", "the blue yacht", "the red yacht");
        feedback(name, pair("a submarine", "vehicle")).statusCode(200);

        var answers = given().get("/functions/{name}/unsure", name)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("answers", Map.class);

        assertThat(answers)
                .extracting(answer -> answer.get("input"))
                .containsExactlyInAnyOrder("a pie", "the blue yacht", "the red yacht");
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.get("function")).isEqualTo(name + "@1");
            assertThat(answer.get("output")).isIn("food", "vehicle");
            assertThat(answer.get("confidence")).isNotNull();
        });
        // Of two that are alike, the second is worth little once the first is asked about.
        assertThat(answers.get(1).get("input").toString()).isIn("a pie", "the blue yacht", "the red yacht");
        var id = answers.getFirst().get("id");
        feedback(name, Map.of("id", id, "output", "food")).statusCode(200).body("added", equalTo(1));
        given().get("/functions/{name}/unsure", name).then().body("answers.size()", equalTo(2));
        assertThat(reply.getList("ids")).hasSize(5);
    }

    @Test
    void inputsAreKeptForThirtyDays() throws IOException {
        var name = function(SORTING);
        var folder = Files.createDirectories(BUCKET.resolve("answers/shared").resolve(name));
        var old = reply(folder, Duration.ofDays(31), "an old pie");
        var young = reply(folder, Duration.ofDays(29), "a young pie");

        given().get("/functions/{name}/unsure", name)
                .then()
                .statusCode(200)
                .body("answers.input", equalTo(List.of("a young pie")));

        assertThat(old).doesNotExist();
        assertThat(young).exists();
    }

    /// As where the function is not asked any more, or no inputs are kept by now.
    @Test
    void whatIsTooOldOrTooMuchGoesOfAllTenantsOnceADay() throws IOException {
        var tenant = Tenant.of(UUID.randomUUID().toString());
        var folder = folder(tenant);
        var old = reply(folder, Duration.ofDays(31), "an old pie");
        var young = reply(folder, Duration.ofDays(29), "a young pie");
        full(folder);

        store.tidy();

        assertThat(old).doesNotExist();
        assertThat(young).doesNotExist();
        assertThat(files(folder)).hasSize(LearningStore.MOST_REPLIES);
        store.deleteAll(tenant, "f");
    }

    private static Path folder(Tenant tenant) throws IOException {
        return Files.createDirectories(
                BUCKET.resolve("answers").resolve(tenant.folder()).resolve("f"));
    }

    private static Path reply(Path folder, Duration age, String input) throws IOException {
        var file = folder.resolve(Stamp.at(Instant.now().minus(age), 0) + ".json");
        return Files.writeString(
                file, "{\"version\": 1, \"answers\": [{\"input\": \"%s\", \"output\": \"food\"}]}".formatted(input));
    }

    private static void full(Path folder) throws IOException {
        for (var i = 0; i < LearningStore.MOST_REPLIES; i++) {
            reply(folder, Duration.ofDays(2).plusSeconds(i), "a pie");
        }
    }

    /// However its replies and those of others come.
    @Test
    void eachTenantsOldestRepliesMakeRoom() throws IOException {
        var function = FunctionName.of("f@1").orElseThrow();
        var tenants = List.of(
                Tenant.of(UUID.randomUUID().toString()),
                Tenant.of(UUID.randomUUID().toString()));
        for (var tenant : tenants) {
            full(folder(tenant));
        }

        for (var i = 0; i < 2 * Answers.TIDIES; i++) {
            for (var tenant : tenants) {
                answers.answered(tenant, function, List.of(new Answered("a pie", "food", null)));
            }
        }

        for (var tenant : tenants) {
            assertThat(files(folder(tenant)))
                    .hasSizeBetween(LearningStore.MOST_REPLIES, LearningStore.MOST_REPLIES + Answers.TIDIES);
            store.deleteAll(tenant, "f");
        }
    }

    /// Each of two hundred replies has as many inputs as one may have, and no two of these are equal.
    @Test
    void manyInputsHoldUpNoOtherRequest() throws Exception {
        var name = function(SORTING);
        var folder = Files.createDirectories(BUCKET.resolve("answers/shared").resolve(name));
        for (var reply = 0; reply < 200; reply++) {
            var answers = new ArrayList<Map<String, Object>>();
            for (var i = 0; i < 256; i++) {
                var words = new StringBuilder();
                for (var word = 0; word < 40; word++) {
                    words.append("w")
                            .append((reply * 7 + i * 3 + word * word) % 997)
                            .append(' ');
                }
                answers.add(Map.of("input", words + "%d-%d".formatted(reply, i), "output", "food"));
            }
            new ObjectMapper()
                    .writeValue(
                            folder.resolve(Stamp.now() + ".json").toFile(), Map.of("version", 1, "answers", answers));
        }
        try (var lists = Executors.newFixedThreadPool(2)) {
            var listed = IntStream.range(0, 2)
                    .mapToObj(_ -> lists.submit(() -> given().get("/functions/{name}/unsure", name)
                            .then()
                            .statusCode(200)
                            .body("answers.size()", equalTo(20))))
                    .toList();
            do {
                var begin = System.nanoTime();
                given().get("/functions/{name}", name).then().statusCode(200);
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
            } while (!listed.stream().allMatch(Future::isDone));
            for (var list : listed) {
                list.get();
            }
        }
    }

    /// Each holds what it has read of its replies. They wait for work of a low priority, until the test says so.
    @Test
    void fewListsAreMadeAtOnce() throws Exception {
        var name = function(SORTING);
        reply(Files.createDirectories(BUCKET.resolve("answers/shared").resolve(name)), Duration.ofDays(1), "a pie");
        var begun = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        var work = Thread.ofVirtual()
                .start(() -> lowPriority.work(() -> {
                    begun.countDown();
                    return awaited(end);
                }));
        assertThat(awaited(begun)).isTrue();
        var lists = IntStream.range(0, Unsure.MOST + 1)
                .mapToObj(_ -> new FutureTask<>(
                        () -> given().get("/functions/{name}/unsure", name).statusCode()))
                .toList();
        try {
            lists.forEach(Thread::startVirtualThread);
            Eventually.until(() -> lists.stream().anyMatch(Future::isDone));

            assertThat(lists.stream().filter(Future::isDone).map(Future::resultNow))
                    .containsExactly(429);
        } finally {
            end.countDown();
            work.join();
        }
        for (var list : lists) {
            assertThat(list.get()).isIn(200, 429);
        }
        given().get("/functions/{name}/unsure", name).then().statusCode(200);
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(5, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void thereIsALimit() throws IOException {
        var name = function(SORTING);
        feedback(name, pair("a bus", "vehicle")).statusCode(200);
        var folder = BUCKET.resolve("feedback/shared").resolve(name);
        var stamp = Stamp.now();
        for (var i = 0; i < LearningStore.MOST - 1; i++) {
            Files.writeString(folder.resolve("given-%032x-%032x-%s.json".formatted(i, i, stamp)), "{}\n");
        }

        feedback(name, pair("a tram", "vehicle"))
                .statusCode(507)
                .body("detail", containsString("1000 pieces for a function"));
        feedback(name, pair("a bus", "vehicle")).statusCode(200).body("known", equalTo(1));

        given().delete("/functions/{name}/feedback", name).then().statusCode(204);
    }

    @Test
    void whatIsTooOldGoes() throws IOException {
        var name = function(SORTING);
        feedback(name, pair("a bus", "vehicle")).statusCode(200);
        var folder = BUCKET.resolve("feedback/shared").resolve(name);
        var old = Stamp.at(Instant.now().minus(LearningStore.RETENTION).minusSeconds(60), 0);
        Files.writeString(folder.resolve("given-%032x-%032x-%s.json".formatted(1, 1, old)), "{}\n");

        assertThat(lines(name)).hasSize(1);
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()).collect(Collectors.joining()))
                    .doesNotContain(old.toString());
        }
    }
}
