package dev.icmlora.evaluation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

import com.google.gson.Gson;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/// The report as one HTML file that needs nothing else: the tables of [MarkdownReport], and plots by Apache ECharts,
/// whose script is part of the file.
final class HtmlReport {
    private static final String PLOTS = "/META-INF/resources/webjars/echarts/%s/dist/echarts.min.js";
    private static final String PLOTS_POM = "/META-INF/maven/org.webjars.npm/echarts/pom.properties";

    private HtmlReport() {}

    static String of(EvaluationReport report) {
        var tables = List.of(TablesExtension.create());
        String body = HtmlRenderer.builder()
                .extensions(tables)
                .escapeHtml(true)
                .build()
                .render(Parser.builder().extensions(tables).build().parse(MarkdownReport.of(report)));
        return resource("report.html")
                .replace("<!--tables-->", body)
                // Gson writes "<" as an escape, so no text of ours can end the script.
                .replace("/*data*/", new Gson().toJson(Plots.of(report)))
                .replace("/*echarts*/", resource(PLOTS.formatted(plotsVersion())));
    }

    /// What the plots show.
    ///
    /// @param reliability of the confidences of held-out tasks; none where none was asked for
    private record Plots(List<Group> groups, List<TextResult> texts, TaskMap map, List<Sureness> reliability) {

        /// One point of a reliability diagram.
        private record Sureness(double confidence, double right, int answers) {}

        static Plots of(EvaluationReport report) {
            return new Plots(
                    Results.of(report.results()).stream().map(Group::of).toList(),
                    report.texts(),
                    report.map(),
                    ConfidenceSection.reliability(report, Condition.AUTO).stream()
                            .flatMap(tuned -> tuned.bins().stream())
                            .filter(bin -> !bin.answers().isEmpty())
                            .map(bin -> new Sureness(
                                    bin.confidence(), bin.right(), bin.answers().size()))
                            .toList());
        }
    }

    /// @param bars by condition
    /// @param families for each family, one figure for each condition
    private record Group(
            String group, List<String> conditions, List<PairedBootstrap> bars, List<String> families, List<Row> rows) {

        private record Row(List<Double> percents) {}

        static Group of(Results results) {
            List<String> conditions = new ArrayList<>();
            List<PairedBootstrap> bars = new ArrayList<>();
            List<Condition> measured = Stream.of(Condition.values())
                    .filter(condition -> !results.having(condition).isEmpty())
                    .toList();
            for (Condition condition : measured) {
                conditions.add(condition.toString());
                bars.add(results.exact(condition));
            }
            List<Row> rows = new ArrayList<>();
            results.families().values().forEach(family -> rows.add(row(family, measured)));
            return new Group(
                    results.group().toString(),
                    conditions,
                    bars,
                    List.copyOf(results.families().keySet()),
                    rows);
        }

        /// A condition that no task of the family has is left blank.
        private static Row row(Results family, List<Condition> conditions) {
            List<Double> percents = new ArrayList<>();
            for (Condition condition : conditions) {
                OptionalDouble mean = family.having(condition).tasks().stream()
                        .mapToDouble(task -> task.percent(condition))
                        .average();
                percents.add(mean.isPresent() ? mean.getAsDouble() : null);
            }
            return new Row(percents);
        }
    }

    private static String plotsVersion() {
        return resource(PLOTS_POM)
                .lines()
                .filter(line -> line.startsWith("version="))
                .findFirst()
                .orElseThrow()
                .substring("version=".length());
    }

    private static String resource(String name) {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }
}
