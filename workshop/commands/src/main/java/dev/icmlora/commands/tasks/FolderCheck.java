package dev.icmlora.commands.tasks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.Installation;
import dev.icmlora.engine.LoadedModel;
import dev.icmlora.tasks.folder.TaskFolder;
import dev.icmlora.tasks.suite.SuiteTask;

/// Checks whether a folder of task files can be trained on.
public record FolderCheck(Path folder) {

    /// Says what is in it.
    ///
    /// @throws dev.icmlora.tasks.folder.InvalidTasksException with all that is wrong
    public void run(PrintWriter out) throws IOException {
        Installation installation = Installation.ofThisProcess();
        try (LoadedModel base =
                LoadedModel.load(installation.nativeDirectory(), installation.model(), EngineOptions.DEFAULT)) {
            TaskFolder.Tasks tasks = TaskFolder.of(base.format()).read(folder);
            for (SuiteTask task : tasks.tasks()) {
                out.printf(
                        "%s: %d descriptions, %d training and %d test examples%n",
                        task.id(),
                        task.descriptions().size(),
                        task.train().size(),
                        task.test().size());
            }
            if (tasks.repeated() > 0) {
                out.printf("%d repeated examples were left out%n", tasks.repeated());
            }
            out.flush();
        }
    }
}
