package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.servers.FaultyProxy;
import dev.icmlora.function.servers.StorageServer;
import dev.icmlora.function.storage.Bucket.Provider;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore.StoredObject;

/// Task files in buckets on real servers, told of by events in the provider's own form. What events and restarts do is
/// tried with every provider; the rest with one, since `ObjectStoreContract` holds for all of them.
class BucketsIT {

    private static final Map<Provider, TaskBucket> BUCKETS = new EnumMap<>(Provider.class);
    private static final Map<Provider, FaultyProxy> PROXIES = new EnumMap<>(Provider.class);

    @TempDir
    static Path folder;

    private static FunctionProcess function;
    private static String address;

    @BeforeAll
    static void start() throws Exception {
        for (var provider : List.of(Provider.GOOGLE, Provider.S3, Provider.AZURE)) {
            var server = StorageServer.of(provider);
            PROXIES.put(provider, new FaultyProxy(server.address(), 0));
            var bucket = server.bucket();
            BUCKETS.put(
                    provider,
                    new TaskBucket(bucket, StorageServer.stores(server.config()).open(bucket)));
        }
        startFunction();
    }

    private static void startFunction() throws Exception {
        var ports = PROXIES.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, proxy -> proxy.getValue().port()));
        var environment = new HashMap<>(StorageServer.environment(ports));
        environment.put(
                "ICM_LORA_EVENTS_BUCKETS",
                BUCKETS.values().stream().map(b -> b.bucket().toString()).collect(Collectors.joining(",")));
        environment.put("ICM_LORA_STORAGE_BUCKET", "file:" + Files.createDirectories(folder.resolve("jobs")));
        environment.put("ICM_LORA_EVENTS_LEASE", "3s");
        environment.put("ICM_LORA_EVENTS_RETRY", "1s");
        environment.put("ICM_LORA_EVENTS_BATCH", "4");
        environment.put("ICM_LORA_EVENTS_CHECKPOINT_INPUTS", "4");
        function = FunctionProcess.start(folder, environment);
        address = function.awaitAddress();
    }

    @AfterAll
    static void stop() throws Exception {
        function.close();
        for (var proxy : PROXIES.values()) {
            proxy.close();
        }
    }

    private static String name() {
        return "t" + UUID.randomUUID();
    }

    private static String task(int inputs) {
        var list =
                IntStream.range(0, inputs).mapToObj(i -> "\"thing " + i + "\"").collect(Collectors.joining(","));
        return "{\"task\": {\"description\": \"Repeat the text.\"}, \"mode\": \"adapter\", \"max_tokens\": 2, \"inputs\": ["
                + list + "]}";
    }

    private static void isComplete(TaskBucket bucket, String name, int inputs) {
        var results = bucket.results(name);
        assertThat(results)
                .extracting(line -> line.get("index").asInt())
                .isEqualTo(IntStream.range(0, inputs).boxed().toList());
        assertThat(results).allMatch(line -> line.has("output"));
        assertThat(bucket.summary(name).get("answered").asInt()).isEqualTo(inputs);
        assertThat(bucket.find(name, ".error.json")).isEmpty();
        assertThat(bucket.state(name).get("state").asText()).isEqualTo("completed");
        assertThat(bucket.state(name).has("holder")).isFalse();
        assertThat(bucket.parts(name)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "LOCAL")
    void anUploadIsAnsweredOnceHoweverOftenItIsToldOf(Provider provider) {
        var bucket = BUCKETS.get(provider);
        var name = "with space+" + name();
        var version = bucket.upload(name, task(10));

        assertThat(bucket.deliver(address, name, version)).isEqualTo(204);

        isComplete(bucket, name, 10);
        var adapter = bucket.summary(name).get("adapter_file").asText();
        assertThat(bucket.store().find(adapter).orElseThrow().bytes()).isPositive();
        var results = bucket.find(name, ".jsonl");
        assertThat(bucket.deliver(address, name, version)).isEqualTo(204);
        assertThat(bucket.find(name, ".jsonl")).isEqualTo(results);
    }

    @Test
    void deliveriesAtTheSameTimeDoItOnce() throws Exception {
        var bucket = BUCKETS.get(Provider.GOOGLE);
        var name = name();
        var version = bucket.upload(name, task(10));
        var deliveries = new ArrayList<CompletableFuture<Integer>>();
        for (var i = 0; i < 2; i++) {
            deliveries.add(CompletableFuture.supplyAsync(() -> bucket.deliver(address, name, version)));
        }

        var statuses = deliveries.stream().map(CompletableFuture::join).toList();

        assertThat(statuses).contains(204).allMatch(status -> status == 204 || status == 503);
        isComplete(bucket, name, 10);
        var results = bucket.find(name, ".jsonl");
        assertThat(bucket.deliver(address, name, version)).isEqualTo(204);
        assertThat(bucket.find(name, ".jsonl")).isEqualTo(results);
    }

    @Test
    void aStoreThatIsDownIsAskedForAgain() {
        var bucket = BUCKETS.get(Provider.GOOGLE);
        var name = name();
        var version = bucket.upload(name, task(4));

        PROXIES.get(Provider.GOOGLE).down(true);
        assertThat(bucket.deliver(address, name, version)).isEqualTo(503);
        PROXIES.get(Provider.GOOGLE).down(false);

        assertThat(bucket.deliver(address, name, version)).isEqualTo(204);
        isComplete(bucket, name, 4);
    }

    @Test
    void aJobTakesItsInputsFromAnObject() throws Exception {
        var bucket = BUCKETS.get(Provider.GOOGLE);
        var key = "tasks/with space+" + name() + ".jsonl";
        var inputs = IntStream.range(0, 10).mapToObj(i -> "thing " + i).toList();
        var lines = inputs.stream().map(input -> "\"" + input + "\"\n").collect(Collectors.joining());
        bucket.store()
                .write(key, Content.of(lines.getBytes(StandardCharsets.UTF_8)), Map.of(), new Condition.IfAbsent());

        var job = submitted(bucket, key)
                .statusCode(202)
                .body("inputs", equalTo(10))
                .extract()
                .<String>path("id");

        Eventually.until(() -> !state(job).equals("open"));
        assertThat(state(job)).isEqualTo("completed");
        var results = given().get(address + "/jobs/" + job + "/results").asString();
        assertThat(TaskBucket.lines(results))
                .allMatch(line -> line.has("output"))
                .extracting(line -> line.get("input").asText())
                .containsExactlyElementsOf(inputs);
        submitted(bucket, "tasks/nothing.jsonl").statusCode(400).body("errors[0].field", equalTo("/source/key"));
    }

    private static ValidatableResponse submitted(TaskBucket bucket, String key) {
        return given().contentType(ContentType.JSON)
                .body(Map.of(
                        "task",
                        Map.of("description", "Repeat the text."),
                        "mode",
                        "plain",
                        "max_tokens",
                        2,
                        "source",
                        Map.of("bucket", bucket.bucket().toString(), "key", key)))
                .post(address + "/jobs")
                .then();
    }

    private static String state(String job) {
        return given().get(address + "/jobs/" + job).path("state");
    }

    @Test
    void aPushThatComesAgainLosesNothingAndDoesNothingTwice() {
        var bucket = BUCKETS.get(Provider.GOOGLE);
        var name = name();
        var version = bucket.upload(name, task(10));
        PROXIES.get(Provider.GOOGLE).down(true);
        assertThat(bucket.push(address, name, version)).isEqualTo(503);
        PROXIES.get(Provider.GOOGLE).down(false);

        var pushes = Stream.generate(() -> CompletableFuture.supplyAsync(() -> bucket.push(address, name, version)))
                .limit(2)
                .toList();

        assertThat(pushes)
                .extracting(CompletableFuture::join)
                .contains(204)
                .allMatch(status -> status == 204 || status == 503);
        isComplete(bucket, name, 10);
        var results = bucket.find(name, ".jsonl");
        assertThat(bucket.push(address, name, version)).isEqualTo(204);
        assertThat(bucket.find(name, ".jsonl")).isEqualTo(results);
    }

    @Test
    void aFileThatIsGoneIsExplained() {
        var bucket = BUCKETS.get(Provider.GOOGLE);
        var name = name();
        var version = bucket.upload(name, task(4));
        bucket.store().delete("tasks/" + name + ".json");

        assertThat(bucket.deliver(address, name, version)).isEqualTo(204);

        assertThat(bucket.error(name).get("detail").asText()).contains("deleted");
        assertThat(bucket.find(name, ".jsonl")).isEmpty();
    }

    @Test
    void aBadFileIsExplained() {
        var bucket = BUCKETS.get(Provider.GOOGLE);
        var name = name();
        var version = bucket.upload(name, "{\"task\": {\"description\": 7}, \"inputs\": [\"a\"]}");

        assertThat(bucket.deliver(address, name, version)).isEqualTo(204);

        assertThat(bucket.error(name).at("/errors/0/field").asText()).isEqualTo("/task/description");
    }

    @Test
    void theNextInstanceGoesOnWhereTheKilledOneStopped() throws Exception {
        var name = name();
        var versions = new EnumMap<Provider, String>(Provider.class);
        BUCKETS.forEach((provider, bucket) -> versions.put(provider, bucket.upload(name, task(24))));
        var deliveries = BUCKETS.entrySet().stream()
                .map(bucket -> CompletableFuture.supplyAsync(
                        () -> bucket.getValue().deliver(address, name, versions.get(bucket.getKey()))))
                .toList();
        Eventually.until(() -> BUCKETS.values().stream()
                .allMatch(bucket -> answers(bucket, name).count() >= 2));
        function.close();
        assertThat(deliveries).extracting(CompletableFuture::join).containsOnly(0);
        var before = new EnumMap<Provider, List<JsonNode>>(Provider.class);
        BUCKETS.forEach((provider, bucket) -> before.put(provider, lines(bucket, name)));

        startFunction();

        for (var bucket : BUCKETS.entrySet()) {
            assertThat(bucket.getValue().find(name, ".jsonl")).isEmpty();
            assertThat(bucket.getValue().deliver(address, name, versions.get(bucket.getKey())))
                    .isEqualTo(204);
            isComplete(bucket.getValue(), name, 24);
            // What was stored was not answered again.
            assertThat(bucket.getValue().results(name))
                    .startsWith(before.get(bucket.getKey()).toArray(JsonNode[]::new));
        }
    }

    /// The parts that hold answers, those of a batch each.
    private static Stream<StoredObject> answers(TaskBucket bucket, String name) {
        return bucket.parts(name).stream().filter(part -> part.key().endsWith(".jsonl"));
    }

    private static List<JsonNode> lines(TaskBucket bucket, String name) {
        return answers(bucket, name)
                .flatMap(part -> TaskBucket.lines(bucket.text(part)))
                .toList();
    }
}
