package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.outputs;
import static dev.icmlora.function.Requests.plurals;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.startsWith;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.icmlora.function.PeftFiles;
import dev.icmlora.function.ReferenceAnswer;
import dev.icmlora.function.Requests;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.Halves;
import dev.icmlora.ggml.TensorInfo;

/// Adapters that clients bring, and sums of adapters.
@QuarkusTest
class UploadTest {

    private static final String DESCRIPTION = "Write the plural of the word.";

    private static ValidatableResponse upload(byte[] file) {
        return given().config(Requests.unprinted())
                .body(file)
                .contentType("application/octet-stream")
                .put("/adapters")
                .then();
    }

    private static String generated(String description) {
        return post("/adapter", Map.of("task", Map.of("description", description)))
                .statusCode(200)
                .extract()
                .path("id");
    }

    private static byte[] download(String id, String accept) {
        return given().accept(accept)
                .get("/adapters/" + id)
                .then()
                .statusCode(200)
                .extract()
                .asByteArray();
    }

    private static List<String> answers(String id, String... inputs) {
        return outputs(with(with(body(plurals(), inputs), "task", null), "adapter", id));
    }

    /// Another adapter than the generator makes: half the ranks, and twice as strong.
    private static byte[] foreign(byte[] gguf) {
        var writer = new GgufWriter()
                .string("general.type", "adapter")
                .string("general.architecture", "llama")
                .string("general.name", "from elsewhere")
                .string("adapter.type", "lora")
                .float32("adapter.lora.alpha", 32);
        try (var file = GgufFile.parse(gguf)) {
            for (var tensor : file.tensors()) {
                add(writer, tensor, file.floats(tensor));
            }
        }
        return writer.toBytes();
    }

    private static void add(GgufWriter writer, TensorInfo tensor, float[] values) {
        var isA = tensor.name().endsWith("a");
        var shape = tensor.shape();
        var rank = (int) (isA ? shape[1] : shape[0]);
        var half = rank / 2;
        var kept = isA ? Arrays.copyOf(values, values.length / 2) : firstColumns(values, rank, half);
        shape[isA ? 1 : 0] = half;
        writer.tensor(tensor.name(), GgmlType.F16, shape, Halves.toF16(kept));
    }

    private static float[] firstColumns(float[] matrix, int columns, int kept) {
        var result = new float[matrix.length / columns * kept];
        for (var row = 0; row < matrix.length / columns; row++) {
            System.arraycopy(matrix, row * columns, result, row * kept, kept);
        }
        return result;
    }

    /// Uploads, archives for PEFT and sums, more at once than there are places.
    @Test
    void aCrowdIsTurnedAwayAndLeavesTheFunctionWell() {
        var own = generated(DESCRIPTION);
        var file = download(own, "application/zip");
        var sum = "{\"adapters\": [{\"id\": \"%s\", \"weight\": 1}]}".formatted(own);
        var requests = List.of(
                request("/adapters").PUT(BodyPublishers.ofByteArray(file)).build(),
                request("/adapters/" + own).header("Accept", "application/zip").build(),
                request("/adapters/blend")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(sum))
                        .build());
        try (var client = HttpClient.newHttpClient()) {
            var replies = IntStream.range(0, 120)
                    .mapToObj(i -> client.sendAsync(requests.get(i % requests.size()), BodyHandlers.discarding()))
                    .toList();
            given().get("/q/health/live").then().statusCode(200);
            var statuses =
                    replies.stream().map(reply -> reply.join().statusCode()).toList();
            assertThat(statuses).isSubsetOf(200, 201, 429).contains(200, 429);
        }
        upload(file).statusCode(200);
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path));
    }

    @Test
    void anAdapterFromElsewhereAnswersAsInLlamaCppAndLeavesNoTrace() {
        var own = generated(DESCRIPTION);
        var before = answers(own, "dog", "tree");
        var file = foreign(download(own, "application/x-gguf"));

        var id = given().config(Requests.unprinted())
                .body(file)
                .queryParam("description", DESCRIPTION)
                .put("/adapters")
                .then()
                .statusCode(201)
                .header("Location", startsWith("/adapters/sha256:"))
                .body("cached", equalTo(false))
                .body("rank", equalTo(16))
                .extract()
                .<String>path("id");

        assertThat(answers(id, "dog", "tree"))
                .isEqualTo(Stream.of("dog", "tree")
                        .map(input -> ReferenceAnswer.of(file, DESCRIPTION, input, 8))
                        .toList());
        assertThat(answers(own, "dog", "tree")).isEqualTo(before);
        given().get("/v1/models").then().body("data.id", hasItem(id));
        post(
                        "/v1/chat/completions",
                        Map.of(
                                "model",
                                id,
                                "temperature",
                                0,
                                "max_tokens",
                                8,
                                "messages",
                                List.of(Map.of("role", "user", "content", "dog"))))
                .statusCode(200)
                .body("model", equalTo(id))
                .body("choices[0].message.content", equalTo(answers(id, "dog").getFirst()));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void whatWasDownloadedIsKnownWhenItIsBroughtBack(String form) {
        var id = generated("Name the colour.");

        upload(download(id, form)).statusCode(200).body("id", equalTo(id)).body("cached", equalTo(true));
    }

    private static Stream<String> forms() {
        return Stream.of("application/x-gguf", "application/zip");
    }

    @Test
    void anAdapterWithoutAWordGetsItsInputAlone() {
        var file = peft(0.75f);
        var id = upload(file).statusCode(201).extract().<String>path("id");

        var alone = Map.of("model", id, "prompt", "<|im_start|>", "max_tokens", 1);
        post("/v1/completions", alone).statusCode(200);
        assertThat(answers(id, "one two three")).hasSize(1);
        // Its task is still unknown, so it can be told.
        given().body(file)
                .queryParam("description", "Count.")
                .put("/adapters")
                .then()
                .statusCode(200)
                .body("id", equalTo(id));
    }

    /// A small LoRA of one layer that no test's generator makes.
    private static byte[] peft() {
        return peft(0.25f);
    }

    private static byte[] peft(float value) {
        var a = new float[576];
        a[5] = value;
        var b = new float[192];
        b[3] = 0.5f;
        return PeftFiles.zip("attn_v", 1, 1, a, b);
    }

    @ParameterizedTest
    @MethodSource("bad")
    void refusesByNameAndKeepsNothing(String field, String message, byte[] file) {
        var known = given().get("/v1/models").then().extract().<List<String>>path("data.id");

        upload(file)
                .statusCode(400)
                .contentType("application/problem+json")
                .body("errors[0].field", equalTo(field))
                .body("errors[0].message", containsString(message));

        assertThat(given().get("/v1/models").then().extract().<List<String>>path("data.id"))
                .isEqualTo(known);
    }

    private static Stream<Arguments> bad() throws IOException {
        var nan = new float[192];
        nan[7] = Float.NaN;
        return Stream.of(
                Arguments.of("", "is no well-formed GGUF file", new byte[0]),
                Arguments.of("", "is no well-formed GGUF file", "GGUF and then nothing".getBytes()),
                Arguments.of("general.type", "is null, not adapter", new GgufWriter().toBytes()),
                Arguments.of(
                        "",
                        "holds a file of another name",
                        PeftFiles.zip(Map.of("../adapter_config.json", new byte[2]))),
                Arguments.of(
                        "adapter_model.safetensors",
                        "unpacks to more than the limit",
                        PeftFiles.zip(Map.of("adapter_model.safetensors", new byte[1 << 26]))),
                Arguments.of("blk.0.attn_v.weight", "holds NaN", PeftFiles.zip("attn_v", 1, 1, new float[576], nan)),
                Arguments.of(
                        "blk.0.attn_v.weight",
                        "rank 17, more than the resident adapter's 16",
                        PeftFiles.zip("attn_v", 17, 1, new float[17 * 576], new float[17 * 192])),
                Arguments.of(
                        "blk.0.ffn_up.weight",
                        "adapters here change attn_q, attn_v only",
                        PeftFiles.zip("ffn_up", 1, 1, new float[576], new float[1536])));
    }

    @Test
    void aFileOverTheLimitIsToldTheLimit() {
        upload(new byte[(4 << 20) + 1])
                .statusCode(413)
                .contentType("application/problem+json")
                .body("errors[0].limit", equalTo(4 << 20));
    }

    @Test
    void aLongDescriptionIsRefused() {
        given().body(peft())
                .queryParam("description", "x".repeat(2001))
                .put("/adapters")
                .then()
                .statusCode(400)
                .body("errors[0].field", equalTo("description"))
                .body("errors[0].limit", equalTo(2000));
    }

    @Test
    void damagedFilesAreServedOrRefusedAndTheFunctionLives() throws IOException {
        var random = new Random(13);
        var file = PeftFiles.weights(peft());
        for (var i = 0; i < 60; i++) {
            var damaged = file.clone();
            for (var changes = random.nextInt(3); changes >= 0; changes--) {
                // Most of the file is numbers, which may be any.
                damaged[random.nextInt(i % 2 == 0 ? 300 : damaged.length)] = (byte) random.nextInt();
            }
            var zip = PeftFiles.zip(Map.of(
                    "adapter_model.safetensors",
                    damaged,
                    "adapter_config.json",
                    "{\"peft_type\":\"LORA\",\"r\":1,\"lora_alpha\":1}".getBytes()));
            assertThat(upload(zip).extract().statusCode()).isIn(200, 201, 400);
        }
        generate(body(plurals(), "dog"));
    }

    @Test
    void aSumOfAnAdapterWithWeightOneIsThatAdapter() {
        var id = generated("Name the colour.");

        post("/adapters/blend", Map.of("adapters", List.of(summand(id, 1))))
                .statusCode(200)
                .body("id", equalTo(id))
                .body("cached", equalTo(true));
    }

    private static Map<String, Object> summand(String id, double weight) {
        return new HashMap<>(Map.of("id", id, "weight", weight));
    }

    @Test
    void aSumServesLikeAnyAdapter() {
        var one = generated(DESCRIPTION);
        var other = generated("Translate to French.");

        var id = post(
                        "/adapters/blend",
                        Map.of(
                                "adapters",
                                List.of(summand(one, 0.5), summand(other, 0.5)),
                                "task",
                                Map.of("description", DESCRIPTION)))
                .statusCode(201)
                .extract()
                .<String>path("id");

        assertThat(answers(id, "knife"))
                .containsExactly(ReferenceAnswer.of(download(id, "application/x-gguf"), DESCRIPTION, "knife", 8));
    }

    @Test
    void aSumThatNoResidentAdapterCanBeIsRefused() {
        var foreign = upload(peft()).extract().<String>path("id");
        var own = generated(DESCRIPTION);

        post("/adapters/blend", Map.of("adapters", List.of(summand(foreign, 1), summand(own, 1))))
                .statusCode(400)
                .body("errors[0].message", containsString("rank 17, more than the resident adapter's 16"));
        post("/adapters/blend", Map.of("adapters", List.of(summand(own, 4), summand(own, 4), summand(own, 4))))
                .statusCode(201);
    }

    /// Sums of sums: each weight is finite, and what is computed with them is not.
    private static String tooLarge() {
        var id = generated(DESCRIPTION);
        for (var i = 0; i < 100; i++) {
            var sum = post("/adapters/blend", Map.of("adapters", List.of(summand(id, 4))))
                    .extract();
            if (sum.statusCode() == 400) {
                return id;
            }
            id = sum.path("id");
        }
        throw new AssertionError("the weights of a sum have a limit");
    }

    @Test
    void weightsThatAreTooLargeAreRefusedByNameAndCostNoOtherRequestItsAnswers() {
        var id = tooLarge();
        var several = body(plurals(), "dog", "knife", "cat");
        var alone = outputs(several);
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var others = IntStream.range(0, 6)
                    .mapToObj(i -> clients.submit(() -> outputs(several)))
                    .toList();
            for (var mode : List.of("adapter", "auto", "adapter", "auto")) {
                var asked = with(with(with(several, "task", null), "adapter", id), "mode", mode);
                post("/generate", asked)
                        .statusCode(400)
                        .body("type", equalTo("urn:icm-lora:problem:invalid-request"))
                        .body("errors[0].field", equalTo("/adapter"))
                        .body("errors[0].value", equalTo(id))
                        .body("errors[0].message", containsString("not finite"));
            }
            assertThat(others).allSatisfy(other -> assertThat(other.get()).isEqualTo(alone));
        }
        post("/v1/completions", Map.of("model", id, "prompt", "dog", "max_tokens", 2))
                .statusCode(400)
                .body("error.param", equalTo("model"))
                .body("error.message", containsString(id));
        var weaker = with(with(with(several, "task", null), "adapter", id), "scale", 0);
        generate(weaker);
    }

    @ParameterizedTest
    @MethodSource("badSums")
    void refusesASumByName(int status, String field, Object body) {
        var problem = post("/adapters/blend", body).statusCode(status).contentType("application/problem+json");
        if (field != null) {
            problem.body("errors[0].field", equalTo(field));
        }
    }

    private static Stream<Arguments> badSums() {
        var id = "sha256:" + "0".repeat(64);
        var noWeight = summand(id, 1);
        noWeight.remove("weight");
        return Stream.of(
                Arguments.of(400, "", "{"),
                Arguments.of(400, "", "null"),
                Arguments.of(400, "/adapters", "{}"),
                Arguments.of(400, "/adapters", "{\"adapters\": 1}"),
                Arguments.of(400, "/adapter", "{\"adapter\": []}"),
                Arguments.of(400, "/adapters/0", "{\"adapters\": [null]}"),
                Arguments.of(400, "/adapters/0/id", Map.of("adapters", List.of(summand("x", 1)))),
                Arguments.of(400, "/adapters/0/weight", Map.of("adapters", List.of(noWeight))),
                Arguments.of(400, "/adapters/0/weight", Map.of("adapters", List.of(summand(id, 4.5)))),
                Arguments.of(400, "/adapters", Map.of("adapters", Collections.nCopies(17, summand(id, 1)))),
                Arguments.of(400, "/task", Map.of("adapters", List.of(summand(id, 1)), "task", Map.of())),
                Arguments.of(404, null, Map.of("adapters", List.of(summand(id, 1)))));
    }

    @Test
    void otherMethodsAndTypesAreToldTheRightOnes() {
        given().get("/adapters").then().statusCode(405).header("Allow", "PUT");
        given().delete("/adapters/blend").then().statusCode(405).header("Allow", "POST");
        given().post("/adapters/x").then().statusCode(405).header("Allow", "DELETE, GET, HEAD, OPTIONS");
        given().contentType("text/plain")
                .body("{}")
                .post("/adapters/blend")
                .then()
                .statusCode(415);
    }
}
