package dev.icmlora.evaluation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import me.tongfei.progressbar.ProgressBar;

import dev.icmlora.generator.network.GeneratorManifest;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.tasks.family.Families;
import dev.icmlora.tasks.suite.TaskSuite;

/// Measures what mode `auto` of a running function is worth, against every way that can be named.
///
/// @param function borrowed
/// @param examples that a request brings
public record SelectionEvaluation(FunctionClient function, Measurement measurement, int examples) {

    /// @param format to count tokens with
    public SelectionTable measure(GeneratorManifest manifest, PromptFormat format)
            throws IOException, InterruptedException {
        Set<String> catalogue = manifest.catalogue().stream()
                .map(GeneratorManifest.CatalogueEntry::task)
                .collect(Collectors.toSet());
        List<Evaluation.Subject> subjects = Evaluation.subjects(
                TaskSuite.create(measurement.suiteSeed()), catalogue, measurement.tasks(), measurement.seed());
        SelectionComparison.Settings settings =
                new SelectionComparison.Settings(measurement.inputs(), examples, measurement.seed());
        SelectionComparison comparison = new SelectionComparison(function, format, Families.heldOut(), settings);
        List<SelectionResult> results = new ArrayList<>();
        for (Evaluation.Subject subject : ProgressBar.wrap(subjects, "tasks")) {
            results.add(comparison.measure(subject));
        }
        return new SelectionTable(manifest.name(), settings, results);
    }
}
