package dev.icmlora.cli.training;

import dev.icmlora.cli.paper.TrainCvaeCommand;
import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.generator.ExportedGenerator;
import dev.icmlora.trainer.generator.GeneratorNetwork;
import dev.icmlora.trainer.generator.GeneratorObjective;
import dev.icmlora.trainer.generator.GeneratorOptions;
import dev.icmlora.trainer.generator.GeneratorSetup;
import dev.icmlora.trainer.generator.TrainedGenerator;
import dev.icmlora.trainer.loop.Checkpoint;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.session.TrainingOptions;
import dev.icmlora.trainer.session.TrainingSession;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.trainer.generator.ConditionalBatch.Learner;

/// `icm-lora train-generator`: prior and decoder, on top of a finished B0.
@Command(
        name = "train-generator",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains the generator (prior and decoder) through the base model's loss, on top of B0 and of the"
                + " CVAE if there is one; killed, it goes on where it was.")
public final class TrainGeneratorCommand implements Callable<Integer> {
    /// Folder of the run inside the training folder.
    static final String RUN = "generator";

    @Mixin
    private TrainingOptions options;

    @Mixin
    private GeneratorOptions generator;

    @Option(names = "--tasks", description = "Tasks in a step (default: ${DEFAULT-VALUE}).")
    private int tasks = 8;

    @Option(names = "--tokens", description = "Tokens of a step's prompts (default: ${DEFAULT-VALUE}).")
    private int tokens = 1200;

    @Option(names = "--queries", description = "Queries in a sample of them (default: ${DEFAULT-VALUE}).")
    private int queries = 6;

    @Option(names = "--packed", description = "Share of packed in-context sequences (default: ${DEFAULT-VALUE}).")
    private double packed = 0.25;

    @Option(
            names = "--foreign",
            paramLabel = "SHARE",
            description = "Share of the packed sequences that are of another task than the adapter, so that an adapter"
                    + " still reads what examples say (default: ${DEFAULT-VALUE}).")
    private double foreign = 0;

    @Option(
            names = "--described",
            paramLabel = "SHARE",
            description = "Share of prompts with the description; else the adapter alone must know the task"
                    + " (default: ${DEFAULT-VALUE}).")
    private double described = 0.85;

    @Option(
            names = "--vector-dropout",
            paramLabel = "SHARE",
            description = "Share of a task vector's values that a step does not see (default: ${DEFAULT-VALUE}).")
    private double vectorDropout = 0.25;

    @Option(
            names = "--text-weight",
            paramLabel = "N",
            description = "A text domain is drawn as often as so many tasks (default: ${DEFAULT-VALUE}).")
    private int textWeight = 4;

    @Option(names = "--from-zero", description = "Begin with dB = 0, even if a CVAE was trained.")
    private boolean fromZero;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "Go on from an exported generator, which brings its own A and B0; its tasks may be others.")
    private Path from;

    @Override
    public Integer call() throws IOException {
        try (TrainingSession session = TrainingSession.open(options)) {
            Optional<ExportedGenerator> exported = exported(session);
            GeneratorSetup setup = GeneratorSetup.of(session, options, generator, exported);
            try (GeneratorNetwork network = new GeneratorNetwork(
                    setup.architecture(), generator.form(), setup.shared(), options.seed, session.manager())) {
                exported.ifPresent(start -> start.copyInto(network));
                boolean pretrained = exported.isEmpty() && !fromZero && readCvae(session, network);
                GeneratorObjective objective = new GeneratorObjective(
                        session.model(),
                        network,
                        setup.shared(),
                        drawn(session, setup.learners()),
                        new PromptSampler(
                                session.format(),
                                new PromptSampler.Mix(packed, 3, 8, queries, described, described, 512)),
                        setup.examinations(),
                        new GeneratorObjective.Settings(
                                tasks, tokens, vectorDropout, foreign, generator.kl(), options.seed),
                        session.manager());
                new TrainingRun(
                                session.identity(
                                        RUN,
                                        settings(session, setup, pretrained),
                                        session.curriculum().learned()),
                                objective,
                                options.schedule(),
                                options.intervals(),
                                session.folder().resolve(RUN),
                                session.stop()::isRequested,
                                session.manager())
                        .train(System.out, options.stopAfter);
            }
            return session.exitCode();
        }
    }

    /// Each task once, each text as often as it counts: a kind of text is wider than a task.
    private List<Learner> drawn(TrainingSession session, List<Learner> learners) {
        int tasks = session.curriculum().tasks().size();
        int learned = session.curriculum().learned().size();
        List<Learner> drawn = new ArrayList<>(learners.subList(0, tasks));
        drawn.addAll(learners.subList(learned, learners.size()));
        for (int i = 0; i < textWeight; i++) {
            drawn.addAll(learners.subList(tasks, learned));
        }
        return drawn;
    }

    private Optional<ExportedGenerator> exported(TrainingSession session) throws IOException {
        if (from == null) {
            return Optional.empty();
        }
        GeneratorFile file = GeneratorFile.read(from);
        file.manifest().requireMatch(session.baseModelId(), session.format().fingerprint());
        return Optional.of(new ExportedGenerator(file));
    }

    private String settings(TrainingSession session, GeneratorSetup setup, boolean pretrained) {
        String start = from != null ? "from a generator" : pretrained ? "from the CVAE" : "from zero";
        return ("%s on %s, %s, %d units, rate %s, %d tasks of %d tokens, %d queries, packed %s, foreign %s, described %s,"
                        + " dropout %s, texts %d times, practice %d, seed %d")
                .formatted(
                        start,
                        setup.shared().fingerprint(),
                        generator,
                        generator.decoderUnits,
                        options.rate,
                        tasks,
                        tokens,
                        queries,
                        packed,
                        foreign,
                        described,
                        vectorDropout,
                        textWeight,
                        session.curriculum().practice().size(),
                        options.seed);
    }

    /// Takes over what `train-cvae` learned.
    ///
    /// @return whether there is such a thing
    private static boolean readCvae(TrainingSession session, GeneratorNetwork network) {
        Path checkpoint = TrainingRun.checkpoint(session.folder().resolve(TrainCvaeCommand.RUN));
        if (!Files.exists(checkpoint)) {
            return false;
        }
        try (GgufFile file = GgufFile.open(checkpoint)) {
            network.form().require(TrainedGenerator.form(file), "the CVAE in " + checkpoint.getParent());
            Checkpoint.read(file, network.parameters());
        }
        return true;
    }
}
