package dev.icmlora.commands.training;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.commands.options.CurriculumOptions;
import dev.icmlora.commands.options.SparkOption;
import dev.icmlora.commands.options.VectorLayerOption;
import dev.icmlora.engine.Installation;
import dev.icmlora.engine.LoadedModel;
import dev.icmlora.trainer.curriculum.Curriculum;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.session.BaseModelFiles;
import dev.icmlora.trainer.vectors.VectorPools;

/// `icm-lora vectors`: takes the task vectors that a generator is trained on. Each task's are a file of their own in a
/// folder, which the machines of a cluster share.
@Command(
        name = "vectors",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Takes the task vectors beforehand, on this machine or, by --spark, on a cluster.")
public final class VectorsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--to",
            paramLabel = "FOLDER",
            description = "Where the vectors go and are looked for (default: .train/vectors beside models/).")
    private Path to;

    @Mixin
    private SparkOption spark;

    @Option(names = "--vectors", description = "Task vectors of each task (default: ${DEFAULT-VALUE}).")
    private int vectors = VectorPools.EACH;

    @Mixin
    private VectorLayerOption vectorLayer;

    @Mixin
    private CurriculumOptions curriculum;

    @Option(
            names = "--threads",
            description = "CPU threads, each with a task of its own, without Spark (default: all ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws IOException {
        Installation installation = Installation.ofThisProcess();
        Path training = installation.root().resolve(".train");
        Path folder = to == null ? training.resolve("vectors") : to;
        BaseModelFiles files = BaseModelFiles.of(installation);
        List<TrainingTask> all;
        int layer;
        try (LoadedModel base = files.load()) {
            Curriculum tasks = curriculum.settings().read(training, base.format());
            all = Stream.of(tasks.learned(), tasks.validation())
                    .flatMap(List::stream)
                    .toList();
            layer = vectorLayer.layer().of(base.model());
        }
        new VectorPools(files, layer, vectors, folder.toFile().getAbsoluteFile()).of(all, spark.runner(threads));
        PrintWriter out = spec.commandLine().getOut();
        out.printf("the vectors of %d tasks are in %s%n", all.size(), folder);
        out.flush();
        return 0;
    }
}
