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
import dev.icmlora.commands.options.ShardOption;
import dev.icmlora.commands.options.VectorLayerOption;
import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.Installation;
import dev.icmlora.engine.LoadedModel;
import dev.icmlora.trainer.curriculum.Curriculum;
import dev.icmlora.trainer.curriculum.Shard;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.loop.StopSignal;
import dev.icmlora.trainer.vectors.VectorPools;

/// `icm-lora vectors`: takes the task vectors that a generator is trained on, or one shard of them. What the shards
/// share
/// is a folder, which may be a mounted bucket: each writes whole files of its own, so a shard may be repeated.
@Command(
        name = "vectors",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Takes the task vectors beforehand, on one machine or, by --shard, on many.")
public final class VectorsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--to",
            paramLabel = "FOLDER",
            description = "Where the vectors go and are looked for (default: .train/vectors beside models/).")
    private Path to;

    @Mixin
    private ShardOption shard;

    @Option(names = "--vectors", description = "Task vectors of each task (default: ${DEFAULT-VALUE}).")
    private int vectors = VectorPools.EACH;

    @Mixin
    private VectorLayerOption vectorLayer;

    @Mixin
    private CurriculumOptions curriculum;

    @Option(names = "--threads", description = "CPU threads (default: all ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws IOException {
        Installation installation = Installation.ofThisProcess();
        Path training = installation.root().resolve(".train");
        Path folder = to == null ? training.resolve("vectors") : to;
        Shard part = shard.shard();
        try (StopSignal stop = new StopSignal();
                LoadedModel base =
                        LoadedModel.load(installation.nativeDirectory(), installation.model(), EngineOptions.DEFAULT)) {
            Curriculum tasks = curriculum.settings().read(training, base.format());
            List<TrainingTask> all = Stream.of(tasks.learned(), tasks.validation())
                    .flatMap(List::stream)
                    .toList();
            List<TrainingTask> mine = part.of(all);
            new VectorPools(base, vectorLayer.layer().of(base.model()), vectors, threads, folder, stop::isRequested)
                    .of(mine);
            PrintWriter out = spec.commandLine().getOut();
            out.printf("shard %s: the vectors of %d of %d tasks are in %s%n", part, mine.size(), all.size(), folder);
            out.flush();
        }
        return 0;
    }
}
