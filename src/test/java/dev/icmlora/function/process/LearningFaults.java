package dev.icmlora.function.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.icmlora.function.servers.FaultyProxy;
import dev.icmlora.function.servers.StorageServer;
import dev.icmlora.function.storage.Bucket;
import dev.icmlora.function.storage.Bucket.Provider;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.RetryingStore;
import dev.icmlora.storage.local.LocalStore;

/// Two instances on one bucket that are killed again and again while they improve functions: no correction is lost,
/// and each version has one improvement that made it. Not part of a build; `make fault-injection LEARNING=1` runs it.
class LearningFaults {

    private static final int KILLS = Integer.getInteger("kills", 100);
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    /// Of a storage server; a directory fails none.
    private static final double FAILING_REQUESTS = 0.03;
    private static final int LEARNERS = 4;
    private static final int CORRECTIONS = 20;
    private static final int MORE_CORRECTIONS = 6;
    private static final int MOST_ATTEMPTS = 2000;
    /// Of a reply that there is not: nothing listens, or it was killed before it could answer.
    private static final int ABSENT = 0;

    private static final int BROKEN_OFF = 1;
    /// Nothing answers, another request is first, or the storage fails: the same is asked again.
    private static final Set<Integer> PASSING = Set.of(ABSENT, BROKEN_OFF, 409, 429, 503, 504);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final List<String> LABELS = List.of("food", "vehicle");
    private static final List<List<String>> THINGS = List.of(
            List.of("apple", "bread", "cheese", "soup", "rice", "pasta", "cake", "salad", "pear", "honey", "butter"),
            List.of("car", "bus", "train", "bike", "truck", "plane", "boat", "tram", "ship", "van", "taxi"));
    private static final List<String> EXAMPLES = List.of("an egg", "a ferry", "some ham", "a lorry");

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Random random = new Random(SEED);
    private final List<Instance> instances = new ArrayList<>();
    private final Queue<Learner> learners = new ConcurrentLinkedQueue<>();
    private final AtomicInteger kills = new AtomicInteger();
    private final AtomicInteger brokenOff = new AtomicInteger();
    private volatile boolean failed;

    /// The bucket that both instances have.
    ///
    /// @param store the bucket itself, with no fault in between
    /// @param proxy what fails between it and the instances
    private record Storage(Map<String, String> environment, ObjectStore store, Optional<FaultyProxy> proxy)
            implements AutoCloseable {

        static Storage of(Provider provider, Path folder, long seed) throws IOException {
            if (provider == Provider.LOCAL) {
                var directory = Files.createDirectory(folder.resolve("bucket"));
                return new Storage(
                        environment(Map.of(), Bucket.local(directory)), new LocalStore(directory), Optional.empty());
            }
            var server = StorageServer.of(provider);
            var proxy = new FaultyProxy(server.address(), seed);
            var bucket = server.bucket();
            var store = StorageServer.stores(server.config()).open(bucket);
            return new Storage(
                    environment(StorageServer.environment(Map.of(provider, proxy.port())), bucket),
                    new RetryingStore(store, PATIENCE),
                    Optional.of(proxy));
        }

        private static Map<String, String> environment(Map<String, String> server, Bucket bucket) {
            var environment = new HashMap<>(server);
            environment.put("ICM_LORA_STORAGE_BUCKET", bucket.toString());
            environment.put("ICM_LORA_STORAGE_TIMEOUT", "5s");
            environment.put("ICM_LORA_REQUEST_TIMEOUT", "120s");
            return environment;
        }

        void fail(double share) {
            proxy.ifPresent(between -> between.fail(share));
        }

        int faults() {
            return proxy.map(FaultyProxy::faults).orElse(0);
        }

        @Override
        public void close() throws IOException {
            if (proxy.isPresent()) {
                proxy.get().close();
            }
        }
    }

    private record Reply(int status, String body) {}

    @ParameterizedTest
    @EnumSource(names = {"LOCAL", "S3"})
    void noCorrectionIsLostAndNoVersionIsDecidedTwice(Provider provider) throws Exception {
        System.out.printf("%s, seed %d, logs in %s%n", provider, SEED, folder);
        var begin = System.nanoTime();
        try (var storage = Storage.of(provider, folder, random.nextLong())) {
            for (var i = 0; i < 2; i++) {
                instances.add(new Instance(folder.resolve("instance" + i), storage.environment()));
            }
            storage.fail(FAILING_REQUESTS);
            all(Stream.concat(
                    instances.stream().<Act>map(instance -> () -> killNowAndThen(instance)),
                    Stream.<Act>generate(() -> this::learn).limit(LEARNERS)));
            storage.fail(0);
            for (var learner : learners) {
                learner.verifyVersions();
            }
            // What a killed instance has left is settled by the one that improves the function next.
            all(learners.stream().<Act>map(learner -> learner::improve));
            var served = 0;
            for (var learner : learners) {
                learner.verifyFeedback();
                learner.verifyAnswers();
                served += learner.verifyVersions();
            }
            assertThat(storage.store().list("feedback/"))
                    .as("claims with candidates")
                    .noneMatch(object -> object.key().endsWith("/improving"));
            assertThat(served).as("versions that improvements made").isPositive();
            System.out.printf(
                    "%s: %d kills, %d improvements broken off, %d storage faults; %d functions, %d corrections"
                            + " acknowledged, %d versions made by improvements; none lost, none twice; %d s%n",
                    provider,
                    kills.get(),
                    brokenOff.get(),
                    storage.faults(),
                    learners.size(),
                    learners.stream().mapToInt(learner -> learner.given.size()).sum(),
                    served,
                    (System.nanoTime() - begin) / 1_000_000_000);
        }
    }

    @AfterEach
    void stop() {
        instances.forEach(Instance::close);
    }

    private interface Act {
        void run() throws Exception;
    }

    /// Each in a thread. Those that go on until all kills are done end with the first one that fails.
    private void all(Stream<Act> acts) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = acts.<Callable<Void>>map(act -> () -> {
                        try {
                            act.run();
                            return null;
                        } catch (Exception | AssertionError e) {
                            failed = true;
                            throw e;
                        }
                    })
                    .toList();
            for (var task : threads.invokeAll(tasks)) {
                task.get();
            }
        }
    }

    private boolean isOver() {
        return failed || kills.get() >= KILLS;
    }

    private void killNowAndThen(Instance instance) throws Exception {
        while (!isOver()) {
            pause(between(500, 16_000));
            instance.killAndStart();
            if (kills.incrementAndGet() % 10 == 0) {
                System.out.printf(
                        "%d kills, %d improvements broken off, %d functions%n",
                        kills.get(), brokenOff.get(), learners.size());
            }
        }
    }

    private void learn() throws Exception {
        while (!isOver()) {
            var learner = new Learner("f" + between(0, Integer.MAX_VALUE), learners.size() % 2 == 0);
            learners.add(learner);
            learner.learn();
        }
    }

    private static Map<String, String> pair(String input, int label) {
        return Map.of("input", input, "output", LABELS.get(label));
    }

    /// A function, and what its people said of it.
    private final class Learner {

        private final String name;
        /// Acknowledged corrections: an output for each input.
        private final Map<String, String> given = new HashMap<>();
        /// Corrections of which it is not known whether they came.
        private final Map<String, String> sent = new HashMap<>();

        private final List<JsonNode> improvements = new ArrayList<>();
        private final Map<String, Object> definition;
        private int number;

        /// @param isImproved whether it is improved in the background too, when enough corrections came
        private Learner(String name, boolean isImproved) {
            this.name = name;
            this.definition = new HashMap<>(Map.of(
                    "task", Map.of("description", "Which is it?", "examples", wrong()),
                    "labels", LABELS,
                    "tune", Map.of("when", "never")));
            if (isImproved) {
                definition.put("improve", "auto");
            }
        }

        /// It is defined the wrong way round and corrected, twice.
        private void learn() throws Exception {
            define();
            correct(IntStream.range(0, EXAMPLES.size())
                    .mapToObj(i -> pair(EXAMPLES.get(i), i % 2))
                    .toList());
            correct(corrections(CORRECTIONS));
            improve();
            answer();
            define();
            correct(corrections(MORE_CORRECTIONS));
            improve();
            answer();
        }

        private static List<Map<String, String>> wrong() {
            return IntStream.range(0, EXAMPLES.size())
                    .mapToObj(i -> pair(EXAMPLES.get(i), 1 - i % 2))
                    .toList();
        }

        private void define() throws Exception {
            done("PUT", function(""), definition);
        }

        private List<Map<String, String>> corrections(int count) {
            return IntStream.range(0, count)
                    .mapToObj(i -> {
                        var things = THINGS.get(i % 2);
                        return pair("the " + things.get(between(0, things.size())) + " no. " + ++number, i % 2);
                    })
                    .toList();
        }

        /// Sends corrections until they are acknowledged. Now and then they are given up, and others are sent.
        private void correct(List<Map<String, String>> corrections) throws Exception {
            var next = corrections;
            while (!isPassed(send(anyInstance(), "POST", function("/feedback"), next))) {
                if (number > 0 && between(0, 4) == 0) {
                    next.forEach(each -> sent.put(each.get("input"), each.get("output")));
                    next = corrections(next.size());
                }
                pause(between(50, 500));
            }
            next.forEach(each -> given.put(each.get("input"), each.get("output")));
        }

        private void improve() throws Exception {
            var improvement = (ObjectNode) json(done("POST", function("/improve"), Map.of()));
            // These are in the reply alone.
            improvement.remove("changes");
            improvements.add(improvement);
        }

        private void answer() throws Exception {
            assertThat(LABELS)
                    .contains(json(done("POST", "/generate", question()))
                            .at("/outputs/0")
                            .asText());
        }

        private Map<String, Object> question() {
            return Map.of("task", Map.of("function", name), "inputs", List.of("a pie", "the metro"));
        }

        private String function(String more) {
            return "/functions/" + name + more;
        }

        private void verifyFeedback() throws Exception {
            var kept = new HashMap<String, String>();
            for (var line : same(function("/feedback")).lines().toList()) {
                var piece = json(line);
                var input = piece.get("input").asText();
                assertThat(kept.put(input, piece.get("output").asText()))
                        .as("%s is kept twice for %s", input, name)
                        .isNull();
            }
            assertThat(kept).as("what %s was told", name).containsAllEntriesOf(given);
            kept.keySet().removeAll(given.keySet());
            assertThat(sent).as("what was sent to %s", name).containsAllEntriesOf(kept);
        }

        private void verifyAnswers() throws Exception {
            var newest = json(same(function(""))).get("version").asInt();
            var answers = new ArrayList<JsonNode>();
            for (var instance : instances) {
                answers.add(json(send(instance, "POST", "/generate", question()).body()));
            }
            assertThat(answers)
                    .allSatisfy(answer ->
                            assertThat(answer.get("function").asText()).isEqualTo(name + "@" + newest));
            assertThat(answers.getFirst().get("outputs"))
                    .isEqualTo(answers.getLast().get("outputs"));
        }

        /// Each version that this client did not define was made by one improvement, and each was improved once.
        ///
        /// @return how many improvements made a version
        private int verifyVersions() throws Exception {
            var examples = new HashMap<Integer, JsonNode>();
            for (var function : json(same("/functions")).get("functions")) {
                if (function.get("name").asText().equals(name)) {
                    for (var version : function.get("versions")) {
                        var described = json(same(function("@" + version)));
                        examples.put(version.asInt(), described.at("/task/examples"));
                    }
                }
            }
            var tried = new ArrayList<JsonNode>();
            json(same(function("/improvements"))).get("improvements").forEach(tried::add);
            // Of those that tuned nothing the last one is kept.
            assertThat(tried)
                    .as("what was said of %s", name)
                    .containsAll(improvements.stream()
                            .filter(improvement -> improvement.has("candidate"))
                            .toList());
            var improved = new ArrayList<Integer>();
            var made = new ArrayList<Integer>();
            for (var improvement : tried) {
                var from = improvement.get("from").asInt();
                assertThat(examples).containsKey(from);
                if (improvement.has("version")) {
                    var version = improvement.get("version").asInt();
                    assertThat(version).isGreaterThan(from);
                    assertThat(examples).containsKey(version);
                    assertThat(examples.get(version).size())
                            .as("examples of %s@%d", name, version)
                            .isEqualTo(improvement.at("/candidate/examples").asInt());
                    improved.add(from);
                    made.add(version);
                }
            }
            var defined = JSON.<JsonNode>valueToTree(wrong());
            examples.values().removeIf(defined::equals);
            assertThat(made)
                    .as("versions that improvements of %s made", name)
                    .containsExactlyInAnyOrderElementsOf(examples.keySet());
            assertThat(improved).as("versions of %s that were improved", name).doesNotHaveDuplicates();
            return made.size();
        }
    }

    /// What both instances say, which is the same.
    private String same(String path) throws Exception {
        var replies = new ArrayList<Reply>();
        for (var instance : instances) {
            replies.add(send(instance, "GET", path, null));
        }
        assertThat(replies.getFirst().status()).as(path).isEqualTo(200);
        assertThat(replies.getFirst()).as(path).isEqualTo(replies.getLast());
        return replies.getFirst().body();
    }

    /// Asks either instance until one does it.
    private String done(String method, String path, Object body) throws Exception {
        for (var i = 0; i < MOST_ATTEMPTS; i++) {
            var reply = send(anyInstance(), method, path, body);
            if (isPassed(reply)) {
                return reply.body();
            }
            if (reply.status() == BROKEN_OFF && path.endsWith("/improve")) {
                brokenOff.incrementAndGet();
            }
            pause(between(50, 1000));
        }
        throw new AssertionError("never done: " + method + " " + path);
    }

    private static boolean isPassed(Reply reply) {
        var isDone = reply.status() / 100 == 2;
        assertThat(isDone || PASSING.contains(reply.status()))
                .as(reply.toString())
                .isTrue();
        return isDone;
    }

    private Reply send(Instance instance, String method, String path, Object body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(instance.address() + path))
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                .build();
        try {
            var response = http.send(request, BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.body());
        } catch (ConnectException e) {
            return new Reply(ABSENT, e.toString());
        } catch (IOException e) {
            return new Reply(BROKEN_OFF, e.toString());
        }
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return JSON.readTree(text);
    }

    private Instance anyInstance() {
        return instances.get(between(0, instances.size()));
    }

    private int between(int low, int high) {
        synchronized (random) {
            return random.nextInt(low, high);
        }
    }

    private static void pause(int milliseconds) throws InterruptedException {
        Thread.sleep(milliseconds);
    }
}
