package dev.icmlora.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

    private final Report report = new Report(
            Map.of("date", "2026-11-24", "cpu", "A & B <CPU> @ 2GHz"),
            "performance",
            List.of(
                    Row.atMost("a part", 0.5, 1, "ms", "of many"),
                    Row.atLeast("a ratio < 1", 0.8, 0.95, "x", ""),
                    Row.skipped("a peer's", "≥ 1 x", "not built"),
                    new Row("a figure", "3 ms", "", Optional.empty(), ""),
                    Row.failed("a part", "out of luck")));

    @Test
    void saysOfEveryRowWhetherItIsHeld() {
        assertThat(report.rows()).extracting(Row::verdict).containsExactly("held", "not held", "skipped", "", "failed");
        assertThat(report.table().lines().toList())
                .anySatisfy(line -> assertThat(line).contains("a part", "0.50 ms", "≤ 1.00 ms", "held"))
                .anySatisfy(line -> assertThat(line).contains("a ratio", "0.80 x", "≥ 0.95 x", "not held"))
                .anySatisfy(line -> assertThat(line).contains("skipped", "not built"))
                .anySatisfy(line -> assertThat(line).contains("failed", "out of luck"));
    }

    @Test
    void writesJson(@TempDir Path directory) throws Exception {
        var file = report.write(directory);

        assertThat(file).hasFileName("performance-2026-11-24-a-b-cpu-2ghz.json");
        var json = new Gson().fromJson(Files.readString(file), JsonObject.class);
        assertThat(json.getAsJsonArray("rows")).hasSize(5);
    }

    @Test
    void aMedianIsTheMiddleAndPairsAreDividedRunByRun() {
        assertThat(new Runs(List.of(3.0, 1.0, 2.0)).median()).isEqualTo(2);
        assertThat(new Runs(List.of(4.0, 1.0)).median()).isEqualTo(2.5);
        assertThat(new Runs(List.of(4.0, 9.0))
                        .dividedBy(new Runs(List.of(2.0, 3.0)))
                        .values())
                .containsExactly(2.0, 3.0);
    }
}
