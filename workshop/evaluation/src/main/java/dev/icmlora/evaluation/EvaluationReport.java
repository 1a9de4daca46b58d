package dev.icmlora.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import com.google.gson.Gson;

import dev.icmlora.evaluation.TaskResult.Group;

/// The results of an evaluation of the task suite.
///
/// @param generator name of it
/// @param seed of what was drawn
/// @param storage that generator and adapters take
/// @param missingTexts text domains that could not be had, each with the reason
public record EvaluationReport(
        String generator,
        long seed,
        Storage storage,
        List<TaskResult> results,
        List<LabelResult> labels,
        List<TextResult> texts,
        Map<String, String> missingTexts) {

    /// Writes `evaluation.jsonl`, with a line about the evaluation, and one for each task, each task of labels and each
    /// text domain; `evaluation.md`, which is the table; and `evaluation.html`, plots of the same.
    ///
    /// @return the table
    public String write(Path folder) throws IOException {
        Files.createDirectories(folder);
        writeLines(folder.resolve("evaluation.jsonl"), lines());
        String markdown = markdown();
        Files.writeString(folder.resolve("evaluation.md"), markdown);
        Files.writeString(folder.resolve("evaluation.html"), PlotPage.of(this));
        return markdown;
    }

    /// A JSON object each.
    static void writeLines(Path file, List<?> objects) throws IOException {
        Gson json = new Gson();
        Files.write(file, objects.stream().map(json::toJson).toList());
    }

    private record About(String generator, long seed, Storage storage, Map<String, String> missingTexts) {}

    private List<Object> lines() {
        List<Object> lines = new ArrayList<>(List.of(new About(generator, seed, storage, missingTexts)));
        Stream.of(results, labels, texts).forEach(lines::addAll);
        return lines;
    }

    String markdown() {
        int inputs = results.stream().mapToInt(TaskResult::inputs).max().orElseThrow();
        return Figure.format(
                "Generator \"%s\", served over HTTP with the quantised model; tasks, descriptions, examples and inputs drawn"
                        + " with seed %d, up to %d inputs a task. Exact match in percent, mean over tasks, with a 95 %%"
                        + " interval by paired bootstrap over tasks. The generator's file takes %,d bytes, the B matrices"
                        + " of one adapter %,d; it was trained on %d tasks.\n\n%s",
                generator,
                seed,
                inputs,
                storage.generator(),
                storage.adapter(),
                storage.tasks(),
                Figure.table(figures()));
    }

    private List<Figure> figures() {
        List<Figure> figures = new ArrayList<>(Targets.of(this));
        groups().forEach(group -> figures.addAll(group.figures()));
        figures.addAll(LabelResult.figures(labels));
        texts.forEach(text -> figures.add(text.figure()));
        missingTexts.forEach((domain, why) -> figures.add(Figure.of(domain, "missing: " + why)));
        return figures;
    }

    /// Those that have tasks.
    List<Results> groups() {
        return Stream.of(Group.values()).flatMap(group -> group(group).stream()).toList();
    }

    /// Empty where it has no task.
    Optional<Results> group(Group group) {
        return Optional.of(new Results(
                        group, results.stream().filter(r -> r.group() == group).toList()))
                .filter(of -> !of.isEmpty());
    }
}
