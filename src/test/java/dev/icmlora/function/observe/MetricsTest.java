package dev.icmlora.function.observe;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class MetricsTest {

    private static final Path DASHBOARD = Path.of("../deploy/observability/dashboard.json");
    private static final Path ALERTS = Path.of("../deploy/observability/alerts.yaml");
    private static final Path OPERATIONS = Path.of("../docs/operations.md");
    private static final Pattern SELECTOR = Pattern.compile("\\b((?:icm_lora|jvm|process)[a-z0-9_:]+)(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("([a-z_]+)(=~|!~|!=|=)\"([^\"]*)\"");
    private static final Pattern GROUPING = Pattern.compile("\\bby \\(([^)]*)\\)");
    /// Labels that Prometheus gives to every series that it fetches.
    private static final Set<String> OF_PROMETHEUS = Set.of("instance", "job");

    @BeforeEach
    void everyPhaseRanOnce() {
        generate("Say a number near " + System.nanoTime()).then().statusCode(200);
    }

    private static Response generate(String description) {
        var body = Map.of(
                "task", Map.of("description", description), "inputs", List.of("x"), "mode", "adapter", "max_tokens", 2);
        return given().contentType(ContentType.JSON).body(body).post("/generate");
    }

    @Test
    void requestsPhasesTokensAndAdaptersAreCounted() {
        var scrape = scrape();

        assertThat(scrape)
                .contains("icm_lora_request_seconds_count{operation=\"generate\",outcome=\"ok\"}")
                .contains("icm_lora_phase_seconds_count{phase=\"fingerprint\"}")
                .contains("icm_lora_phase_seconds_count{phase=\"generate\"}")
                .contains("icm_lora_phase_seconds_count{phase=\"apply\"}")
                .contains("icm_lora_phase_seconds_count{phase=\"prompt\"}")
                .contains("icm_lora_phase_seconds_count{phase=\"decode\"}")
                .contains("icm_lora_tokens_total{kind=\"completion\"}")
                .contains("icm_lora_adapters_total{source=\"generated\"}")
                .contains("icm_lora_answers_total{mode=\"adapter\"}")
                .contains("icm_lora_queue_requests 0.0")
                .contains("icm_lora_workers 1.0");
        assertThat(value(scrape, "icm_lora_cache_adapters")).isPositive();
    }

    @Test
    void whatIsRefusedCountsAsRefused() {
        var refused = "icm_lora_request_seconds_count{operation=\"generate\",outcome=\"refused\"}";
        generate("").then().statusCode(400);
        var before = value(scrape(), refused);

        generate("").then().statusCode(400);

        assertThat(value(scrape(), refused)).isEqualTo(before + 1);
    }

    @Test
    void textsAreTimedUntilTheirFirstToken() {
        var model = given().get("/v1/models").jsonPath().getString("data[0].id");
        var count = "icm_lora_first_token_seconds_count";
        var before = value(scrape(), count);
        for (var stream : List.of(false, true)) {
            given().contentType(ContentType.JSON)
                    .body(Map.of("model", model, "prompt", "One, two,", "max_tokens", 3, "n", 2, "stream", stream))
                    .post("/v1/completions")
                    .then()
                    .statusCode(200);
        }

        assertThat(value(scrape(), count)).isEqualTo(before + 2);
        assertThat(value(scrape(), "icm_lora_first_token_seconds_sum")).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/v1/nothing", "/jobs/%s/cancel", "/v1/models/%s", "/generate/%s/.."})
    void aClientsMethodsAndPathsAddNoSeries(String path) {
        given().request("DELETE", path.formatted("first"));
        var before = series();

        for (var method : List.of("DELETE", "POST", "BREW")) {
            given().request(method, path.formatted(method + System.nanoTime()));
        }

        assertThat(series()).containsExactlyInAnyOrderElementsOf(before);
    }

    private static List<String> series() {
        return scrape().lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .toList();
    }

    /// A panel or an alert whose query names a series that is not there stays silent, and nobody notices.
    @Test
    void dashboardAndAlertsAskForWhatThereIs() throws IOException {
        var scrape = scrape();
        var alerts = new YAMLMapper().readTree(ALERTS.toFile());
        var recorded = alerts.findValuesAsText("record");
        var panels = new ObjectMapper().readTree(DASHBOARD.toFile()).findValuesAsText("expr");
        var rules = alerts.findValuesAsText("expr");

        assertThat(panels).hasSizeGreaterThan(10);
        assertThat(rules).hasSizeGreaterThan(10);
        assertThat(Stream.concat(panels.stream(), rules.stream()))
                .allSatisfy(query -> asksForWhatThereIs(query, scrape, recorded));
        assertThat(Files.readString(DASHBOARD)).doesNotContain("http://", "https://");
    }

    private static void asksForWhatThereIs(String query, String scrape, List<String> recorded) {
        var selectors = SELECTOR.matcher(query).results().toList();
        assertThat(selectors).as(query).isNotEmpty();
        var series = new ArrayList<String>();
        for (var selector : selectors) {
            var name = selector.group(1);
            if (name.contains(":")) {
                assertThat(recorded).contains(name);
                continue;
            }
            var found = scrape.lines()
                    .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                    .toList();
            assertThat(found).as(name).isNotEmpty();
            series.addAll(found);
            MATCHER.matcher(selector.group(2) == null ? "" : selector.group(2))
                    .results()
                    .forEach(matcher -> hasLabel(found, matcher.group(1), matcher.group(2), matcher.group(3)));
        }
        GROUPING.matcher(query)
                .results()
                .flatMap(grouping -> Stream.of(grouping.group(1).split(", *")))
                .filter(label -> !OF_PROMETHEUS.contains(label))
                .forEach(label -> assertThat(series)
                        .as("%s in %s", label, query)
                        .anySatisfy(line -> assertThat(line).containsPattern("[{,]" + label + "=\"")));
    }

    private static void hasLabel(List<String> series, String label, String operator, String value) {
        if (operator.equals("=")) {
            assertThat(series).anySatisfy(line -> assertThat(line).contains(label + "=\"" + value + "\""));
            return;
        }
        assertThat(label).isEqualTo("outcome");
        assertThat(series).allSatisfy(line -> assertThat(line).contains("outcome=\""));
        assertThat(List.of(value.split("\\|"))).isSubsetOf(documentedOutcomes());
    }

    private static List<String> documentedOutcomes() {
        try {
            var row = Files.readAllLines(OPERATIONS).stream()
                    .filter(line -> line.contains("`icm_lora_request_seconds`"))
                    .findFirst()
                    .orElseThrow();
            return Pattern.compile("`([a-z_]+)`")
                    .matcher(row.substring(row.indexOf("outcomes ")))
                    .results()
                    .map(outcome -> outcome.group(1))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyAlertIsExplained() throws IOException {
        var operations = Files.readString(OPERATIONS);

        assertThat(new YAMLMapper().readTree(ALERTS.toFile()).findValuesAsText("alert"))
                .hasSizeGreaterThan(3)
                .allSatisfy(alert -> assertThat(operations).contains("| `" + alert + "` |"));
    }

    @Test
    void everyPanelHasAUnitAndAPlaceOfItsOwn() throws IOException {
        var panels = new ObjectMapper().readTree(DASHBOARD.toFile()).get("panels");

        assertThat(panels).extracting(panel -> panel.get("gridPos").toString()).doesNotHaveDuplicates();
        assertThat(panels).extracting(panel -> panel.get("id").asInt()).doesNotHaveDuplicates();
        assertThat(panels)
                .extracting(panel -> panel.at("/fieldConfig/defaults/unit"))
                .noneMatch(JsonNode::isMissingNode);
    }

    private static String scrape() {
        return given().get("/q/metrics").then().statusCode(200).extract().asString();
    }

    private static double value(String scrape, String series) {
        return scrape.lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line ->
                        Double.parseDouble(line.substring(series.length() + 1).split(" ")[0]))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + series));
    }
}
