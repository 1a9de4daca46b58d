package dev.icmlora.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.evaluation.TextResult.Passage;

/// The report's plots: bars, as a page of HTML that needs no script and nothing from elsewhere.
final class PlotPage {
    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Evaluation</title>
            <style>
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
            p { display: grid; grid-template-columns: 20rem 1fr 4rem; gap: .5rem; margin: .1rem 0 }
            div { position: relative; background: #eee }
            b { display: block; height: 100%; background: #6b8cae }
            i { position: absolute; top: 45%; height: 10%; min-width: 3px; background: #222 }
            span:last-child { text-align: right }
            </style>
            <h1>Evaluation</h1>
            """;

    private final StringBuilder page = new StringBuilder(HEAD);

    private PlotPage() {}

    /// @param low where a line begins that lies over the bar, such as an interval
    /// @param high where it ends
    private record Bar(String label, double value, double low, double high) {

        static Bar of(String label, double value) {
            return new Bar(label, value, value, value);
        }
    }

    static String of(EvaluationReport report) {
        PlotPage page = new PlotPage();
        for (Results results : report.groups()) {
            page.plot(
                    results.group() + " tasks: exact match in percent, with 95 % intervals", 100, conditions(results));
            page.plot(results.group() + " tasks: exact match in percent, by family", 100, families(results));
        }
        report.group(Group.HELD_OUT)
                .map(results -> results.reliability(Condition.AUTO))
                .filter(answers -> !answers.isEmpty())
                .ifPresent(answers -> page.plot(
                        "held-out tasks: right answers of auto in percent, by confidence (line)", 100, bins(answers)));
        List<Bar> texts =
                report.texts().stream().flatMap(PlotPage::perplexities).toList();
        page.plot(
                "text domains: perplexity",
                texts.stream().mapToDouble(Bar::value).max().orElse(1),
                texts);
        return page.page.toString();
    }

    static String of(FolderResults results) {
        PlotPage page = new PlotPage();
        page.plot(
                "exact match in percent, by examples (of a label where there are labels), with 95 % intervals",
                100, results.cells().stream().map(PlotPage::bar).toList());
        return page.page.toString();
    }

    private static Bar bar(FolderResults.Cell cell) {
        PairedBootstrap exact = cell.exact();
        return new Bar(cell.examples() + ": " + cell.way(), exact.value(), exact.low(), exact.high());
    }

    private static List<Bar> conditions(Results results) {
        List<Bar> bars = new ArrayList<>();
        for (Condition condition : Condition.values()) {
            if (!results.having(condition).isEmpty()) {
                PairedBootstrap exact = results.exact(condition);
                bars.add(new Bar(condition.toString(), exact.value(), exact.low(), exact.high()));
            }
        }
        return bars;
    }

    private static List<Bar> families(Results results) {
        List<Bar> bars = new ArrayList<>();
        results.families()
                .forEach((family, of) -> Results.MAIN.stream()
                        .filter(condition -> !of.having(condition).isEmpty())
                        .forEach(condition -> bars.add(Bar.of(
                                family + ", " + condition,
                                of.having(condition).mean(task -> task.percent(condition))))));
        return bars;
    }

    private static List<Bar> bins(Reliability answers) {
        return answers.bins().stream()
                .filter(bin -> !bin.answers().isEmpty())
                .map(bin -> new Bar(
                        bin.answers().size() + " answers",
                        100 * bin.right(),
                        100 * bin.confidence(),
                        100 * bin.confidence()))
                .toList();
    }

    private static Stream<Bar> perplexities(TextResult text) {
        Stream<Bar> bars = Stream.of(
                Bar.of(text.domain() + ", base, bare", text.perplexity(Passage::bare)),
                Bar.of(text.domain() + ", base", text.perplexity(Passage::base)),
                Bar.of(text.domain() + ", b0", text.perplexity(Passage::b0)),
                Bar.of(text.domain() + ", generated", text.perplexity(Passage::generated)));
        return text.hasOwn()
                ? Stream.concat(bars, Stream.of(Bar.of(text.domain() + ", own", text.perplexity(Passage::own))))
                : bars;
    }

    /// Nothing where there are no bars.
    ///
    /// @param most that a bar can be
    private void plot(String title, double most, List<Bar> bars) {
        if (bars.isEmpty()) {
            return;
        }
        page.append("<h2>%s</h2>\n".formatted(escaped(title)));
        for (Bar bar : bars) {
            double unit = 100 / most;
            page.append(Figure.format(
                    "<p><span>%s</span><div><b style=\"width:%.1f%%\"></b><i style=\"left:%.1f%%;width:%.1f%%\"></i></div>"
                            + "<span>%.1f</span></p>\n",
                    escaped(bar.label), unit * bar.value, unit * bar.low, unit * (bar.high - bar.low), bar.value));
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
