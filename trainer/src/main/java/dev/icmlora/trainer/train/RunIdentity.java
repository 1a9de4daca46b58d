package dev.icmlora.trainer.train;

import java.util.List;

import dev.icmlora.generator.cvae.GeneratorManifest.CatalogueEntry;

/// What a checkpoint says about the run that it is of.
///
/// @param name names what is trained with which settings; only a run of the same name goes on from a checkpoint
/// @param tasks what it is trained on
record RunIdentity(String name, List<CatalogueEntry> tasks) {
    static RunIdentity of(String name, List<TrainingTask> tasks) {
        return new RunIdentity(
                name,
                tasks.stream()
                        .map(task ->
                                new CatalogueEntry(task.task().id(), task.task().family()))
                        .toList());
    }
}
