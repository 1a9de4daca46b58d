package dev.icmlora.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.evaluation.Figure.Verdict;
import dev.icmlora.evaluation.FunctionClient.Reply.Selection;
import dev.icmlora.evaluation.Reliability.Judged;
import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.evaluation.TaskResult.Score;
import dev.icmlora.evaluation.TaskResult.Served;
import dev.icmlora.evaluation.TextResult.Passage;

class EvaluationReportTest {
    private static final Map<String, Double> TIMES =
            Map.of("fingerprint", 10.0, "generate", 5.0, "apply", 1.0, "tune", 300.0, "prompt", 20.0, "decode", 40.0);
    private static final String CALIBRATION = "held-out: expected calibration error of an answer's confidence";
    private static final String COVERAGE =
            "held-out: answers kept at 95 % right, by confidence − 5-shot by the base model's own probability";
    private static final Selection NAMED = new Selection("plain", null, null);

    @Test
    void theTargetsComeFirstThenConditions() {
        String markdown = report(
                        result("letters/a", Group.SEEN, c -> c == Condition.GENERATED ? 1 : 0.25),
                        result("lists/a", Group.SEEN, c -> c == Condition.GENERATED ? 0.5 : 0.25))
                .markdown();

        assertThat(markdown)
                .containsSubsequence(
                        "| seen: generated − best k-shot | ≥ +20 points | +50.0 points [+25.0, +75.0]",
                        "| seen: `plain`, base model, no examples |  | 25.0 [25.0, 25.0], 30 prompt tokens, 376 ms |  |",
                        "| seen: `generated`,")
                .doesNotContain("held-out: `");
    }

    @Test
    void eachTaskIsALineOfJson(@TempDir Path folder) throws IOException {
        TextResult text = new TextResult("man-pages", List.of(passage(60, 180, 120, null)));
        report(List.of(result("letters/a", Group.SEEN, _ -> 0.5)), List.of(text))
                .write(folder);

        List<JsonObject> lines = Files.readAllLines(folder.resolve("evaluation.jsonl")).stream()
                .map(line -> new Gson().fromJson(line, JsonObject.class))
                .toList();

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0).get("generator").getAsString()).isEqualTo("g");
        assertThat(lines.get(1)
                        .getAsJsonObject("scores")
                        .getAsJsonObject("5-shot")
                        .get("exact")
                        .getAsDouble())
                .isEqualTo(0.5);
        assertThat(lines.get(2).get("domain").getAsString()).isEqualTo("man-pages");
        assertThat(folder.resolve("evaluation.md")).content().startsWith("Generator \"g\"");
    }

    @Test
    void aTargetIsHeldOnlyWhereMeanAndIntervalSayIt() {
        Map<String, Verdict> good = verdicts(report(
                result("letters/a", Group.HELD_OUT, c -> isGenerated(c) ? 0.9 : 0.1),
                result("lists/a", Group.HELD_OUT, c -> isGenerated(c) ? 0.8 : 0.2)));
        Map<String, Verdict> unsure = verdicts(report(
                result("letters/a", Group.HELD_OUT, c -> isGenerated(c) ? 1 : 0),
                result("lists/a", Group.HELD_OUT, c -> isGenerated(c) ? 0 : 0.5)));

        assertThat(good)
                .containsEntry("held-out: generated − plain", Verdict.HELD)
                .containsEntry("held-out: generated − B0", Verdict.HELD)
                .containsEntry("held-out: generated / 5-shot", Verdict.HELD)
                .containsEntry("seen: generated − best k-shot", Verdict.NOT_MEASURED)
                .containsEntry("seen: generated / the task's own trained LoRA", Verdict.NOT_MEASURED);
        assertThat(unsure)
                .containsEntry("held-out: generated − plain", Verdict.HELD)
                .containsEntry("held-out: generated − B0", Verdict.NOT_HELD);
    }

    @Test
    void whatAutoServedStandsBesideEveryWayThatCanBeNamed() {
        EvaluationReport report = report(
                result("letters/a", Group.SEEN, c -> 0.75, auto("adapter", 0.8)),
                result(
                        "people/a",
                        Group.HELD_OUT,
                        c -> c == Condition.SHOTS_5 ? 0.25 : 0.5,
                        auto("adapter_examples", 0.5)),
                result(
                        "people/b",
                        Group.HELD_OUT,
                        c -> c == Condition.SHOTS_5 ? 0.5 : 0.25,
                        new Served(new Selection("tuned", 1.0, 0.4), TIMES)));

        assertThat(report.markdown())
                .contains("| seen: served by `auto` |  | adapter with B0 1 |")
                .contains("| held-out: served by `auto` |  | adapter_examples with B0 1, tuned 1 |")
                .contains("| held-out: auto − 5-shot | ≥ +12 points, interval above 0 | +0.0 points [-25.0, +25.0]")
                .contains(
                        "| held-out, worst single task: auto − 5-shot | ≥ −13 points | -25.0 (people/b) | **not held** |")
                .contains("| held-out: prompt tokens of an answer: auto / 5-shot | ≤ 40 % | 30 % | held |")
                .contains("| held-out: the 2 families held out as a whole |  | `plain` 37.5,");
    }

    @Test
    void moreExamplesMustHelpAndBeatThemselvesInThePrompt() {
        Map<String, Verdict> helped = verdicts(report(
                result("letters/a", Group.HELD_OUT, EvaluationReportTest::learnsFromMore),
                result("lists/a", Group.HELD_OUT, EvaluationReportTest::learnsFromMore)));
        Map<String, Verdict> alike = verdicts(report(result("letters/a", Group.HELD_OUT, _ -> 0.5)));

        assertThat(helped)
                .containsEntry("held-out, sixteen examples: tuned − in the prompt", Verdict.HELD)
                .containsEntry("held-out: tuned on 64 examples − on sixteen", Verdict.HELD);
        assertThat(alike)
                .containsEntry("held-out, sixteen examples: tuned − in the prompt", Verdict.NOT_HELD)
                .containsEntry("held-out: tuned on 64 examples − on sixteen", Verdict.NOT_HELD);
    }

    @Test
    void whatThereWasNoTimeForIsNotCounted() {
        TaskResult whole = result("letters/a", Group.HELD_OUT, EvaluationReportTest::learnsFromMore);
        TaskResult cut = without(
                result("lists/a", Group.HELD_OUT, _ -> 1), Condition.SHOTS_16, Condition.TUNED_16, Condition.TUNED_64);
        EvaluationReport some = report(whole, cut);
        EvaluationReport few = report(whole, cut, cut);
        EvaluationReport none = report(cut);

        String sixteen = "held-out, sixteen examples: tuned − in the prompt";
        assertThat(target(some, sixteen).measured())
                .isEqualTo("+25.0 points [+25.0, +25.0] (`tuned-16` 50.0, `16-shot` 25.0)");
        assertThat(some.markdown()).contains("75.0 [75.0, 75.0], 30 prompt tokens, 376 ms, 1 of 2 tasks |");
        assertThat(target(few, sixteen).measured()).isEqualTo("1 of 3 tasks are too few");
        assertThat(verdicts(few)).containsEntry(sixteen, Verdict.NOT_MEASURED);
        assertThat(verdicts(none))
                .containsEntry(sixteen, Verdict.NOT_MEASURED)
                .containsEntry("held-out: tuned on 64 examples − on sixteen", Verdict.NOT_MEASURED);
        assertThat(none.markdown()).doesNotContain("`tuned-64`, tuned on");
        assertThat(report(whole).markdown()).doesNotContain(" of 1 tasks");
    }

    private static TaskResult without(TaskResult result, Condition... conditions) {
        Map<Condition, Score> scores = new EnumMap<>(result.scores());
        scores.keySet().removeAll(List.of(conditions));
        return new TaskResult(result.task(), result.family(), result.group(), result.inputs(), scores);
    }

    private static double learnsFromMore(Condition condition) {
        return switch (condition) {
            case TUNED_64 -> 0.75;
            case TUNED_16 -> 0.5;
            default -> 0.25;
        };
    }

    @Test
    void examplesAreInThePromptWhereTheModeThatServedNamesThem() {
        Condition.Request auto = (Condition.Request) Condition.AUTO.source();

        assertThat(List.of("examples", "adapter_examples"))
                .allSatisfy(served -> assertThat(auto.shown(served)).isEqualTo(5));
        assertThat(List.of("plain", "adapter", "tuned"))
                .allSatisfy(served -> assertThat(auto.shown(served)).isZero());
    }

    @Test
    void calibrationErrorComparesWhatWasSaidWithWhatCame() {
        EvaluationReport sure = report(
                result("letters/a", Group.HELD_OUT, c -> 0.4, auto("adapter", 0.9)),
                result("letters/b", Group.HELD_OUT, c -> 0.6, auto("adapter", 0.9)));
        EvaluationReport honest = report(
                result("letters/a", Group.HELD_OUT, c -> 0.4, auto("adapter", 0.5)),
                result("letters/b", Group.HELD_OUT, c -> 0.6, auto("adapter", 0.5)));

        String target = "held-out: expected calibration error of auto's confidence";
        assertThat(target(sure, target).measured()).isEqualTo("0.40");
        assertThat(target(honest, target).measured()).isEqualTo("0.00");
    }

    @Test
    void howSureEachAnswerIsStandsBesideHowOftenItIsRight() {
        TaskResult asked = sure(
                sure(
                        sure(
                                result("letters/a", Group.HELD_OUT, _ -> 0.5),
                                Condition.AUTO,
                                new Judged(0.95, true, true),
                                new Judged(0.45, true, true),
                                new Judged(0.35, true, false)),
                        Condition.TUNED,
                        new Judged(0.9, true, false)),
                Condition.SHOTS_5,
                new Judged(0.9, false, false),
                new Judged(0.2, false, true));
        EvaluationReport report = report(asked);

        assertThat(report.markdown())
                .contains(
                        "confidence of `auto` |  | 66.7 % of 3 answers right, calibration error 0.317, 66.7 % kept at 95 %"
                                + " right, 3 calibrated |")
                .contains("confidence of `tuned` |  | 0.0 % of 1 answers right, calibration error 0.900, 0.0 % kept")
                .contains("confidence of `5-shot` |  | 50.0 % of 2 answers right, calibration error 0.850, 0.0 % kept");
        assertThat(PlotPage.of(report))
                .contains(
                        "<span>1 answers</span><div><b style=\"width:100.0%\"></b><i style=\"left:95.0%;width:0.0%\">");
        assertThat(verdicts(report))
                .containsEntry(CALIBRATION, Verdict.NOT_HELD)
                .containsEntry(COVERAGE, Verdict.HELD);
        assertThat(target(report, COVERAGE).measured())
                .isEqualTo("+66.7 points (`auto` 66.7, `tuned` 0.0, `5-shot` 0.0)");
    }

    @Test
    void withoutConfidencesNothingIsSaidOfThem() {
        EvaluationReport report = report(result("letters/a", Group.HELD_OUT, _ -> 0.5));

        assertThat(report.markdown()).doesNotContain("confidence of");
        assertThat(verdicts(report))
                .containsEntry(CALIBRATION, Verdict.NOT_MEASURED)
                .containsEntry(COVERAGE, Verdict.NOT_MEASURED);
    }

    private static Figure target(EvaluationReport report, String what) {
        return Targets.of(report).stream()
                .filter(target -> target.what().equals(what))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void perplexityAboveTheBaseModelsMissesItsTarget() {
        TextResult better =
                new TextResult("man-pages", List.of(passage(60, 180, 120, null), passage(40, 120, 80, null)));
        TextResult worse =
                new TextResult("fortunes", List.of(passage(60, 180, 121, 120.0), passage(40, 120, 180, 180.0)));

        assertThat(better.perplexity(Passage::base)).isCloseTo(Math.exp(3), within(1e-9));
        String target = "text domains: perplexity of generated / the domain's own LoRA";
        assertThat(verdicts(report(List.of(better)))).containsEntry(target, Verdict.NOT_MEASURED);
        assertThat(verdicts(report(List.of(better, worse)))).containsEntry(target, Verdict.NOT_HELD);
        assertThat(report(List.of(better, worse)).markdown()).contains("0.368 [0.368, 0.368]");
    }

    @Test
    void aRatioOfPerplexitiesIsResampledByPassage() {
        PairedBootstrap alike = new TextResult("a", List.of(passage(60, 0, 120, 126.0), passage(40, 0, 80, 84.0)))
                .perplexityRatio(Passage::generated, Passage::own);
        PairedBootstrap mixed = new TextResult("a", List.of(passage(60, 0, 120, 126.0), passage(40, 0, 84, 80.0)))
                .perplexityRatio(Passage::generated, Passage::own);

        assertThat(alike.value()).isCloseTo(Math.exp(-0.1), within(1e-9));
        assertThat(alike.high() - alike.low()).isCloseTo(0, within(1e-9));
        assertThat(mixed.value()).isCloseTo(Math.exp(-0.02), within(1e-9));
        assertThat(mixed.low()).isCloseTo(Math.exp(-0.1), within(1e-9));
        assertThat(mixed.high()).isCloseTo(Math.exp(0.1), within(1e-9));
    }

    /// B0 predicts it as well as the base model, as running text too; four characters a token.
    private static Passage passage(int tokens, double base, double generated, Double own) {
        return new Passage(tokens, 4 * tokens, base, base, base, generated, own);
    }

    @Test
    void thePageNeedsNothingElseAndNoNameCanBreakOutOfIt() {
        String html = PlotPage.of(report(result("<script>/a", Group.SEEN, _ -> 0.5)));

        assertThat(html)
                .contains("<span>plain</span><div><b style=\"width:50.0%\">", "&lt;script>, auto")
                .doesNotContain("<script", "src=", "href=", "//");
    }

    @Test
    void theIntervalHoldsTheMeanAndNarrowsWithMoreTasks() {
        double[] few = {0, 10, -5, 20, 15};
        double[] many = new double[200];
        Arrays.setAll(many, i -> few[i % few.length]);

        PairedBootstrap wide = PairedBootstrap.of(few);
        PairedBootstrap narrow = PairedBootstrap.of(many);

        assertThat(wide.value()).isCloseTo(8, within(1e-9)).isBetween(wide.low(), wide.high());
        assertThat(narrow.high() - narrow.low()).isLessThan((wide.high() - wide.low()) / 3);
        assertThatThrownBy(() -> PairedBootstrap.of(new double[0])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRatioIsOfMeansFromTheSameTasks() {
        PairedBootstrap twice = PairedBootstrap.ratio(new double[] {2, 20, 60}, new double[] {1, 10, 30});

        assertThat(twice.value()).isEqualTo(2);
        assertThat(twice.low()).isCloseTo(2, within(1e-9));
        assertThat(twice.high()).isCloseTo(2, within(1e-9));
        assertThat(PairedBootstrap.ratio(new double[] {0, 0}, new double[] {0, 0})
                        .value())
                .isEqualTo(1);
    }

    private static Served auto(String served, double confidence) {
        return new Served(new Selection(served, 0.0, confidence), TIMES);
    }

    private static boolean isGenerated(Condition condition) {
        return condition.toString().startsWith("generated");
    }

    private static Map<String, Verdict> verdicts(EvaluationReport report) {
        return Targets.of(report).stream().collect(Collectors.toMap(Figure::what, Figure::verdict));
    }

    private static EvaluationReport report(TaskResult... results) {
        return report(List.of(results), List.of());
    }

    private static EvaluationReport report(List<TextResult> texts) {
        return report(List.of(result("letters/a", Group.SEEN, _ -> 0.5)), texts);
    }

    private static EvaluationReport report(List<TaskResult> results, List<TextResult> texts) {
        return new EvaluationReport("g", 1, new Storage(17, 200, 1), results, List.of(), texts, Map.of());
    }

    /// Prompts of 30 tokens, and 100 where they show examples.
    private static TaskResult result(String task, Group group, ToDoubleFunction<Condition> exact) {
        return result(task, group, exact, auto("adapter", 0.25));
    }

    /// @param auto what mode `auto` says beside its answers
    private static TaskResult result(String task, Group group, ToDoubleFunction<Condition> exact, Served auto) {
        Map<Condition, Score> scores = new EnumMap<>(Condition.class);
        for (Condition condition : Condition.values()) {
            Served served = condition == Condition.AUTO ? auto : new Served(NAMED, TIMES);
            double tokens = condition.toString().endsWith("shot") ? 100 : 30;
            scores.put(condition, new Score(exact.applyAsDouble(condition), tokens, served, List.of()));
        }
        return new TaskResult(task, task.substring(0, task.indexOf('/')), group, 4, scores);
    }

    /// The same, and how sure some answers were.
    private static TaskResult sure(TaskResult result, Condition condition, Judged... answers) {
        Score score = result.scores().get(condition);
        Map<Condition, Score> scores = new EnumMap<>(result.scores());
        scores.put(condition, new Score(score.exact(), score.promptTokens(), score.served(), List.of(answers)));
        return new TaskResult(result.task(), result.family(), result.group(), result.inputs(), scores);
    }
}
