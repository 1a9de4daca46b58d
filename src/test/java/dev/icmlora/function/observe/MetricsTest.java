package dev.icmlora.function.observe;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class MetricsTest {

    private static final Path DASHBOARD = Path.of("../docs/observability/dashboard.json");
    private static final Pattern SELECTOR = Pattern.compile("\\b((?:icm_lora|jvm|process)_[a-z_]+)(?:\\{([^}]*)})?");

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

    /// A panel whose query names a series that is not there stays empty, and nobody notices.
    @Test
    void theDashboardAsksForWhatThereIs() throws IOException {
        var scrape = scrape();
        var queries = new ObjectMapper().readTree(DASHBOARD.toFile()).findValues("expr");

        assertThat(queries).hasSizeGreaterThan(10).allSatisfy(query -> {
            var selectors = SELECTOR.matcher(query.asText());
            assertThat(selectors.results().toList()).isNotEmpty().allSatisfy(selector -> {
                var labels = selector.group(2) == null
                        ? List.<String>of()
                        : List.of(selector.group(2).split(","));
                assertThat(scrape.lines().filter(line -> line.matches(selector.group(1) + "(\\{.*)? .*")))
                        .as(selector.group())
                        .anySatisfy(line -> assertThat(labels).allMatch(line::contains));
            });
        });
        assertThat(Files.readString(DASHBOARD)).doesNotContain("http://", "https://");
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
