package dev.icmlora.commands.tasks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.Installation;
import dev.icmlora.engine.LoadedModel;
import dev.icmlora.tasks.folder.TaskFolder;
import dev.icmlora.tasks.suite.SuiteTask;

/// Whether a folder of task files can be trained on.
///
/// @param folder of the files
/// @param maxTokens most tokens of an example with its description
/// @param seed of the split into training and test examples
public record FolderCheck(Path folder, int maxTokens, long seed) {

    /// Says what is in it.
    ///
    /// @throws dev.icmlora.tasks.folder.InvalidTasksException with all that is wrong
    public void run(PrintWriter out) throws IOException {
        Installation installation = Installation.ofThisProcess();
        try (LoadedModel base =
                LoadedModel.load(installation.nativeDirectory(), installation.model(), EngineOptions.DEFAULT)) {
            TaskFolder.Tasks tasks =
                    TaskFolder.of(base.format(), maxTokens, seed).read(folder);
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
