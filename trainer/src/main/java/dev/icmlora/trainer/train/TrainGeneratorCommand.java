package dev.icmlora.trainer.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.icmlora.generator.cvae.GeneratorArchitecture;
import dev.icmlora.generator.vector.Standardization;
import dev.icmlora.ggml.GgufFile;

/// `icm-lora train-generator`: prior and decoder, on top of a finished B0.
@Command(
        name = "train-generator",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains the generator (prior and decoder) on top of B0; killed, it goes on where it was.")
public final class TrainGeneratorCommand implements Callable<Integer> {
    /// Folder of the run inside the training folder.
    static final String RUN = "generator";

    @Mixin
    private TrainingOptions options;

    @Option(names = "--latent", description = "Dimensions of z (default: ${DEFAULT-VALUE}).")
    private int latent = 64;

    @Option(names = "--prior-units", description = "default: ${DEFAULT-VALUE}")
    private int priorUnits = 512;

    @Option(names = "--decoder-units", description = "default: ${DEFAULT-VALUE}")
    private int decoderUnits = 512;

    @Option(names = "--beta", description = "Weight of the KL term (default: ${DEFAULT-VALUE}).")
    private float beta = 2e-4f;

    @Option(names = "--beta-warm-up", paramLabel = "STEPS", description = "default: ${DEFAULT-VALUE}")
    private int betaWarmUp = 100;

    @Option(
            names = "--free-bits",
            paramLabel = "NATS",
            description = "KL of a latent dimension that costs nothing (default: ${DEFAULT-VALUE}).")
    private float freeBits = 0;

    @Option(names = "--tasks", description = "Tasks in a step (default: ${DEFAULT-VALUE}).")
    private int tasks = 8;

    @Option(names = "--tokens", description = "Tokens of a step's prompts (default: ${DEFAULT-VALUE}).")
    private int tokens = 1200;

    @Option(names = "--packed", description = "Share of packed in-context sequences (default: ${DEFAULT-VALUE}).")
    private double packed = 0.2;

    @Option(
            names = "--described",
            paramLabel = "SHARE",
            description = "Share of prompts with the description; else the adapter alone must know the task"
                    + " (default: ${DEFAULT-VALUE}).")
    private double described = 0.7;

    @Option(names = "--vectors", description = "Task vectors of each task (default: ${DEFAULT-VALUE}).")
    private int vectors = 32;

    @Override
    public Integer call() throws IOException {
        try (TrainingSession session = TrainingSession.open(options)) {
            SharedAdapter shared = readB0(session);
            VectorPools pools = new VectorPools(
                    session.llama(),
                    session.baseModelId().fingerprint(),
                    session.format(),
                    vectors,
                    options.threads,
                    session.folder().resolve("vectors"),
                    session.stop()::isRequested);
            List<VectorPool> seen = pools.of(session.training());
            List<VectorPool> unseen = pools.of(session.validation());
            Standardization statistics = VectorPool.statistics(seen);

            GeneratorArchitecture architecture = new GeneratorArchitecture(
                    session.model().config().hidden(), priorUnits, latent, decoderUnits, shared.layout());
            try (GeneratorNetwork network =
                    new GeneratorNetwork(architecture, shared, options.seed, session.manager())) {
                GeneratorObjective objective = new GeneratorObjective(
                        session.model(),
                        network,
                        shared,
                        statistics,
                        learners(session.training(), seen),
                        new PromptSampler(
                                session.format(), new PromptSampler.Mix(packed, 3, 6, described, described, 512)),
                        examinations(session.validations(), seen, unseen),
                        new GeneratorObjective.Settings(tasks, tokens, beta, betaWarmUp, freeBits, options.seed),
                        session.manager());
                new TrainingRun(
                                RunIdentity.of(name(session), session.training()),
                                objective,
                                options.schedule(),
                                options.intervals(),
                                session.folder().resolve(RUN),
                                session.stop()::isRequested,
                                session.manager())
                        .train(System.out, options.stopAfter);
            }
        }
        return 0;
    }

    private String name(TrainingSession session) {
        return "generator latent %d beta %s %s".formatted(latent, beta, session.tasksHash());
    }

    private static SharedAdapter readB0(TrainingSession session) {
        Path checkpoint = TrainingRun.checkpoint(session.folder().resolve(TrainB0Command.RUN));
        if (!Files.exists(checkpoint)) {
            throw new IllegalArgumentException(
                    "there is no B0 to train a generator on: run `icm-lora train-b0` first, which writes "
                            + checkpoint);
        }
        try (GgufFile file = GgufFile.open(checkpoint)) {
            int rank = SharedAdapter.rank(file);
            SharedAdapter shared = SharedAdapter.initial(session.layout(rank), 0, session.manager());
            Checkpoint.read(file, shared.matrices());
            return shared;
        }
    }

    private static List<GeneratorObjective.Learner> learners(List<TrainingTask> tasks, List<VectorPool> pools) {
        List<GeneratorObjective.Learner> learners = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            learners.add(new GeneratorObjective.Learner(tasks.get(i), pools.get(i)));
        }
        return learners;
    }

    private static SequencedMap<String, GeneratorObjective.Examination> examinations(
            SequencedMap<String, Validation> validations, List<VectorPool> seen, List<VectorPool> unseen) {
        SequencedMap<String, GeneratorObjective.Examination> examinations = new LinkedHashMap<>();
        validations.forEach((name, validation) -> examinations.put(
                name,
                new GeneratorObjective.Examination(validation, name.equals(TrainingSession.SEEN) ? seen : unseen)));
        return examinations;
    }
}
