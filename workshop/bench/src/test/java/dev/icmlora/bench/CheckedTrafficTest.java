package dev.icmlora.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `make two-instances` would say of a proxy and of instances that go wrong.
class CheckedTrafficTest {

    private static final String RIGHT = "{\"outputs\": [\"blue\"], \"adapter\": {\"id\": \"sha256:b\"}}";

    private final ColourTasks tasks =
            new ColourTasks(Map.of("blue", new ColourTasks.Answers("sha256:b", List.of("a box"))));

    private HttpServer proxy;
    private CheckedTraffic traffic;

    @TempDir
    Path bucket;

    @BeforeEach
    void start() throws IOException {
        proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        proxy.start();
        traffic = new CheckedTraffic(
                new Client(URI.create("http://127.0.0.1:" + proxy.getAddress().getPort())), tasks);
    }

    @AfterEach
    void stop() {
        proxy.stop(0);
    }

    private void answer(int status, String body, Map<String, String> headers) {
        proxy.createContext("/generate", exchange -> {
            headers.forEach(exchange.getResponseHeaders()::add);
            exchange.sendResponseHeaders(status, body.length());
            exchange.getResponseBody().write(body.getBytes(UTF_8));
            exchange.close();
        });
        assertThat(traffic.send(0).join()).isEqualTo(status);
    }

    @Test
    void theRightAnswerIsNoFault() {
        answer(200, RIGHT, Map.of("X-Served-By", "first"));

        assertThat(traffic.outcomes()).containsExactly(Map.entry("200 of first", 1));
        assertThat(traffic.mixed()).isEmpty();
        assertThat(traffic.silent(List.of("first", "second"))).containsExactly("second");
    }

    @Test
    void anotherTextIsMixed() {
        answer(200, RIGHT.replace("blue", "green"), Map.of("X-Served-By", "first"));

        assertThat(traffic.mixed()).containsExactly("green for a box of blue, by sha256:b");
    }

    @Test
    void anotherAdapterIsMixed() {
        answer(200, RIGHT.replace("sha256:b", "sha256:g"), Map.of("X-Served-By", "first"));

        assertThat(traffic.mixed()).containsExactly("blue for a box of blue, by sha256:g");
    }

    @Test
    void aRefusalSaysWhenToComeBack() {
        answer(429, "{}", Map.of("X-Served-By", "first"));

        assertThat(traffic.withoutRetry()).containsExactly("429 of first");
        assertThat(traffic.unexpected()).isEmpty();
    }

    @Test
    void onlyTheProxyMaySayThatAnInstanceIsGone() {
        answer(502, "{}", Map.of("X-Served-By", "first"));

        assertThat(traffic.cutOff()).isEmpty();
        assertThat(traffic.unexpected()).containsExactly("502 of first: {}");
    }

    @Test
    void aBrokenConnectionIsNoAnswer() {
        stop();

        assertThat(traffic.send(0).join()).isZero();
        assertThat(traffic.outcomes()).containsExactly(Map.entry("no answer", 1));
        assertThat(traffic.unexpected()).hasSize(1);
    }

    @Test
    void anAdapterThatIsNotFoundIsNoRefusal() {
        answer(404, "{}", Map.of("X-Served-By", "second"));

        assertThat(traffic.unexpected()).containsExactly("404 of second: {}");
    }

    @Test
    void taskFilesAreLostOrWrongUntilTheirResultsAreRight() throws IOException {
        Files.createDirectories(bucket.resolve("tasks"));
        Files.createDirectories(bucket.resolve("results"));
        var files = TaskFiles.start(bucket, tasks, Duration.ofHours(1));
        while (files.count() == 0) {
            Thread.onSpinWait();
        }
        files.close();
        assertThat(files.lost(Duration.ZERO)).containsExactly("file-0");

        var results = bucket.resolve("results/file-0.jsonl");
        var line = "{\"index\": %d, \"input\": \"a box\", \"output\": \"blue\"}\n";
        var state = bucket.resolve("results/file-0.state.json");
        Files.writeString(state, "{\"state\": \"completed\"}");
        Files.writeString(results, line.formatted(0) + line.formatted(1) + line.formatted(2));
        assertThat(files.lost(Duration.ZERO)).isEmpty();
        assertThat(files.wrong()).containsExactly("file-0");

        Files.writeString(results, line.formatted(0) + line.formatted(1) + line.formatted(2) + line.formatted(3));
        assertThat(files.wrong()).isEmpty();

        Files.writeString(state, "{\"state\": \"open\", \"holder\": \"an instance\"}");
        assertThat(files.lost(Duration.ZERO)).containsExactly("file-0");
    }

    /// Jobs as the instances keep them, the way a test wants them to be.
    private Path job(String id, int number, String end) throws IOException {
        var job = Files.createDirectories(bucket.resolve("jobs/shared/" + id));
        Files.writeString(job.resolve("task.json"), "{\"seed\": %d}".formatted(number));
        Files.writeString(job.resolve("state.json"), "{\"state\": \"%s\"}".formatted(end));
        return job;
    }

    private static String lines(int count) {
        return IntStream.range(0, count)
                .mapToObj("{\"index\": %d, \"input\": \"a box\", \"output\": \"blue\"}\n"::formatted)
                .collect(Collectors.joining());
    }

    private SentJobs jobs() {
        var requests = new AtomicInteger();
        proxy.createContext("/jobs", exchange -> {
            var isFirst = requests.getAndIncrement() == 0;
            var body = isFirst ? "" : "{\"id\": \"taken\"}";
            exchange.sendResponseHeaders(isFirst ? 503 : 202, body.length());
            exchange.getResponseBody().write(body.getBytes(UTF_8));
            exchange.close();
        });
        var client =
                new Client(URI.create("http://127.0.0.1:" + proxy.getAddress().getPort()));
        var jobs = SentJobs.start(client, bucket, tasks, Duration.ofHours(1));
        while (jobs.count() == 0) {
            Thread.onSpinWait();
        }
        jobs.close();
        return jobs;
    }

    @Test
    void aJobIsLostUntilItHasEnded() throws IOException {
        var jobs = jobs();
        assertThat(jobs.statuses()).containsExactly(Map.entry(202, 1), Map.entry(503, 1));
        assertThat(jobs.unexpected()).isEmpty();
        assertThat(jobs.lost(Duration.ZERO)).containsExactly("taken");

        var job = job("taken", 0, "completed");
        Files.writeString(job.resolve("results.jsonl"), lines(3));
        assertThat(jobs.lost(Duration.ZERO)).isEmpty();
        assertThat(jobs.wrong()).containsExactly("taken");

        Files.writeString(job.resolve("results.jsonl"), lines(4));
        assertThat(jobs.wrong()).isEmpty();
    }

    @Test
    void aJobOfWhichNobodyKnowsWhetherItWasTakenMustEndToo() throws IOException {
        var jobs = jobs();
        job("taken", 0, "completed");
        Files.createDirectories(bucket.resolve("jobs/shared/refused"));
        assertThat(jobs.lost(Duration.ZERO)).isEmpty();

        job("unknown", 1, "open");
        assertThat(jobs.lost(Duration.ZERO)).containsExactly("unknown");
    }

    @Test
    void aJobIsDoneTwiceThatThereAreTwoOfOrThatIsAnsweredAfterItsEnd() throws IOException {
        var jobs = jobs();
        var job = job("taken", 0, "completed");
        Files.writeString(job.resolve("results.jsonl"), lines(4));
        var now = FileTime.from(Instant.now());
        Files.setLastModifiedTime(job.resolve("results.jsonl"), now);
        Files.setLastModifiedTime(job.resolve("state.json"), now);
        assertThat(jobs.twice()).isEmpty();

        Files.setLastModifiedTime(
                job.resolve("results.jsonl"), FileTime.from(now.toInstant().plusMillis(5)));
        assertThat(jobs.twice()).containsExactly("taken");

        Files.setLastModifiedTime(job.resolve("results.jsonl"), now);
        job("again", 0, "completed");
        assertThat(jobs.twice()).hasSize(1);
    }
}
