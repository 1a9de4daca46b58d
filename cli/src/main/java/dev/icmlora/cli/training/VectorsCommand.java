package dev.icmlora.cli.training;

import dev.icmlora.trainer.curriculum.Curriculum;
import dev.icmlora.trainer.curriculum.Shard;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.generator.GeneratorOptions;
import dev.icmlora.trainer.loop.StopSignal;
import dev.icmlora.trainer.session.CurriculumOptions;
import dev.icmlora.trainer.session.TrainingSession;
import dev.icmlora.trainer.vectors.VectorLayerOption;
import dev.icmlora.trainer.vectors.VectorPools;

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

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;

/// `icm-lora vectors`: takes the task vectors that a generator is trained on, or one shard of them. What
/// the shards share is a folder, which may be a mounted bucket: each writes whole files of its own, so a
/// shard may be repeated.
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

    @Option(
            names = "--shard",
            paramLabel = "I/N",
            description = "Only the I-th of N parts, I from 0 (default: what CLOUD_RUN_TASK_INDEX and _COUNT or"
                    + " JOB_COMPLETION_INDEX and _COUNT say, else everything).")
    private String shard;

    @Option(names = "--vectors", description = "Task vectors of each task (default: ${DEFAULT-VALUE}).")
    private int vectors = GeneratorOptions.VECTORS;

    @Mixin
    private VectorLayerOption vectorLayer;

    @Mixin
    private CurriculumOptions curriculum;

    @Option(names = "--threads", description = "CPU threads (default: all ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws IOException {
        Shard part = shard == null ? Shard.of(System.getenv()) : Shard.parse(shard);
        Installation installation = Installation.ofThisProcess();
        Path folder = to == null ? installation.root().resolve(".train/vectors") : to;
        NativeLibraries.load(installation.nativeDirectory());
        try (StopSignal stop = new StopSignal();
                LlamaModel llama = LlamaModel.load(installation.model(), ModelOptions.DEFAULT)) {
            PromptFormat format = PromptFormat.of(llama);
            Curriculum tasks = curriculum.read(installation.root().resolve(".train"), format);
            List<TrainingTask> all = Stream.of(tasks.learned(), tasks.practice(), tasks.validation())
                    .flatMap(List::stream)
                    .toList();
            List<TrainingTask> mine = part.of(all);
            String fingerprint =
                    TrainingSession.baseModelId(llama, installation.model()).fingerprint();
            new VectorPools(
                            llama,
                            fingerprint,
                            format,
                            vectorLayer.of(llama),
                            vectors,
                            threads,
                            folder,
                            stop::isRequested)
                    .of(mine);
            PrintWriter out = spec.commandLine().getOut();
            out.printf("shard %s: the vectors of %d of %d tasks are in %s%n", part, mine.size(), all.size(), folder);
            out.flush();
        }
        return 0;
    }
}
