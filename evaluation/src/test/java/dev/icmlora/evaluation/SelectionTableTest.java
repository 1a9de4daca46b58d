package dev.icmlora.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.icmlora.evaluation.TaskResult.Group;

class SelectionTableTest {
    private static final Map<String, Double> TIMES =
            Map.of("fingerprint", 10.0, "generate", 5.0, "apply", 1.0, "select", 300.0, "prompt", 20.0, "decode", 40.0);

    @Test
    void setsWhatWasMeasuredAgainstWhatWasPromised() {
        String table = table(
                        result("letters/a", Group.SEEN, "adapter", 0.8, 0.75, 0.5),
                        result("people/a", Group.HELD_OUT, "adapter_examples", 0.5, 0.5, 0.25),
                        result("people/b", Group.HELD_OUT, "examples", 0.4, 0.25, 0.5))
                .markdown();

        assertThat(table)
                .contains("| `auto`: chosen on the request's own examples | 75.0 | 37.5 |")
                .contains("| adapter, mean | 1 | 0 |")
                .contains("| examples, mean | 0 | 1 |")
                .contains("| held out: `auto` − `examples` | >= +18, interval > 0 | +0.0 [-25.0, +25.0] | **no** |")
                .contains("| held out, worst single task: `auto` − `examples` | >= −10 | -25.0 (people/b) | **no** |")
                .contains("| seen: share served by an adapter alone | >= 90 % | 100 % | yes |")
                .contains("| time of `select`, median | <= 400 ms | 300 ms | yes |");
    }

    @Test
    void calibrationErrorComparesWhatWasSaidWithWhatCame() {
        List<SelectionResult> sure = List.of(
                result("a/a", Group.HELD_OUT, "adapter", 0.9, 0.4, 0),
                result("a/b", Group.HELD_OUT, "adapter", 0.9, 0.6, 0));
        List<SelectionResult> honest = List.of(
                result("a/a", Group.HELD_OUT, "adapter", 0.5, 0.4, 0),
                result("a/b", Group.HELD_OUT, "adapter", 0.5, 0.6, 0));

        assertThat(SelectionTable.calibrationError(sure)).isCloseTo(0.4, within(1e-9));
        assertThat(SelectionTable.calibrationError(honest)).isCloseTo(0, within(1e-9));
    }

    private static SelectionTable table(SelectionResult... results) {
        return new SelectionTable("g", new SelectionComparison.Settings(4, 5, 1), List.of(results));
    }

    private static SelectionResult result(
            String task, Group group, String served, double confidence, double auto, double examples) {
        Map<Way, SelectionResult.Outcome> outcomes = new EnumMap<>(Way.class);
        for (Way way : Way.values()) {
            double exact = way == Way.AUTO ? auto : way == Way.EXAMPLES ? examples : 0;
            outcomes.put(
                    way, new SelectionResult.Outcome(exact, 20, served, "mean", confidence, 9, List.of(), 376, TIMES));
        }
        return new SelectionResult(task, "family", group, false, 4, outcomes);
    }
}
