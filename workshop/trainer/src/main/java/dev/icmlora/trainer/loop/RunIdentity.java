package dev.icmlora.trainer.loop;

import java.util.List;
import java.util.Locale;

import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;
import dev.icmlora.trainer.curriculum.TrainingTask;

/// Names a run in its checkpoints.
///
/// @param kind what is trained
/// @param settings that it is trained with, what it is trained on among them; only a run of the same kind and settings
///     goes on from a checkpoint
/// @param base fingerprint of the base model
/// @param tasks what it is trained on
/// @param before what only its beginning was trained on
public record RunIdentity(
        String kind, String settings, String base, List<CatalogueEntry> tasks, List<CatalogueEntry> before) {

    public static RunIdentity of(String kind, String settings, String base, List<TrainingTask> tasks) {
        return new RunIdentity(
                kind,
                String.format(Locale.ROOT, "%s, %d tasks %08x", settings, tasks.size(), tasks.hashCode()),
                base,
                tasks.stream()
                        .map(task ->
                                new CatalogueEntry(task.task().id(), task.task().family()))
                        .toList(),
                List.of());
    }

    /// The same of a run that begins with what learned from tasks, these or others.
    public RunIdentity after(List<CatalogueEntry> learned) {
        return new RunIdentity(
                kind,
                settings,
                base,
                tasks,
                learned.stream()
                        .filter(task -> !tasks.contains(task))
                        .distinct()
                        .toList());
    }

    public String name() {
        return kind + " " + settings + ", base model " + base;
    }
}
