package dev.icmlora.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import com.google.gson.GsonBuilder;

/// A report on disk, as Markdown, JSON and, where it has plots, one HTML page.
///
/// @param folder of all of them
public record ReportFiles(Path folder) {

    /// @return the Markdown
    public String write(EvaluationReport report) throws IOException {
        String markdown = MarkdownReport.of(report);
        write("evaluation", markdown, report);
        Files.writeString(folder.resolve("evaluation.html"), HtmlReport.of(report));
        return markdown;
    }

    /// @return the Markdown
    public String write(SelectionTable table) throws IOException {
        String markdown = table.markdown();
        write("selection", markdown, table);
        return markdown;
    }

    private void write(String name, String markdown, Object report) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(name + ".md"), markdown);
        Files.writeString(
                folder.resolve(name + ".json"),
                new GsonBuilder().setPrettyPrinting().create().toJson(report));
    }
}
