package dev.icmlora.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import com.google.gson.GsonBuilder;

/// A report on disk, as Markdown, JSON and one HTML page.
///
/// @param folder of all of them
public record ReportFiles(Path folder) {

    /// @return the Markdown
    public String write(EvaluationReport report) throws IOException {
        String markdown = MarkdownReport.of(report);
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("evaluation.md"), markdown);
        Files.writeString(
                folder.resolve("evaluation.json"),
                new GsonBuilder().setPrettyPrinting().create().toJson(report));
        Files.writeString(folder.resolve("evaluation.html"), HtmlReport.of(report));
        return markdown;
    }
}
