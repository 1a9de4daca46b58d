package dev.icmlora.commands.options;

import java.nio.file.Path;
import java.util.Optional;

import picocli.CommandLine.Option;

import dev.icmlora.trainer.curriculum.CurriculumSettings;

/// Options that say which tasks are trained on.
public final class CurriculumOptions {
    @Option(
            names = "--task-folder",
            paramLabel = "FOLDER",
            description = "Your own tasks, one .jsonl file each, instead of the task suite.")
    private Path tasks;

    @Option(
            names = "--match",
            paramLabel = "TEXT",
            description = "Only tasks whose id contains this, to try things out.")
    private String match = CurriculumSettings.SUITE.match();

    @Option(
            names = "--most-tasks",
            paramLabel = "N",
            description = "Train on so many tasks only, drawn at random (default: all).")
    private int most = CurriculumSettings.SUITE.most();

    public CurriculumSettings settings() {
        return new CurriculumSettings(Optional.ofNullable(tasks), match, most);
    }
}
