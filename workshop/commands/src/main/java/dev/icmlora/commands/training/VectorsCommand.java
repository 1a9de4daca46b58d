package dev.icmlora.commands.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.commands.options.CurriculumOptions;
import dev.icmlora.commands.options.ShardOption;
import dev.icmlora.commands.options.VectorLayerOption;
import dev.icmlora.trainer.vectors.VectorPools;
import dev.icmlora.trainer.vectors.VectorTaking;

/// `icm-lora vectors`: takes the task vectors that a generator is trained on, or one shard of them.
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
        new VectorTaking(
                        Optional.ofNullable(to),
                        shard.shard(),
                        vectors,
                        vectorLayer.layer(),
                        curriculum.settings(),
                        threads)
                .run(spec.commandLine().getOut());
        return 0;
    }
}
