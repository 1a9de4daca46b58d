package dev.icmlora.cli.paper;

import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.generator.GeneratorNetwork;
import dev.icmlora.trainer.generator.GeneratorOptions;
import dev.icmlora.trainer.generator.GeneratorSetup;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.paper.ConvolutionalCvae;
import dev.icmlora.trainer.paper.Cvae;
import dev.icmlora.trainer.paper.CvaeDecoder;
import dev.icmlora.trainer.paper.EncoderNetwork;
import dev.icmlora.trainer.paper.GeneratorCvae;
import dev.icmlora.trainer.paper.ReconstructionObjective;
import dev.icmlora.trainer.paper.Zoo;
import dev.icmlora.trainer.session.TrainingOptions;
import dev.icmlora.trainer.session.TrainingSession;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.trainer.generator.ConditionalBatch.Learner;

/// `icm-lora train-cvae`: encoder, prior and decoder, on the adapters of the zoo.
@Command(
        name = "train-cvae",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains the CVAE (encoder, prior and decoder) to reconstruct the adapters of the zoo; killed, it"
                + " goes on where it was.")
public final class TrainCvaeCommand implements Callable<Integer> {
    /// Folder of the run inside the training folder.
    static final String RUN = "cvae";

    @Mixin
    private TrainingOptions options;

    @Mixin
    private GeneratorOptions generator;

    @Option(names = "--tasks", description = "Tasks in a step (default: ${DEFAULT-VALUE}).")
    private int tasks = 32;

    @Option(
            names = "--decoder",
            description = "${COMPLETION-CANDIDATES}: the function's decoder, or encoder and decoder of twelve 1-D"
                    + " convolutions as in the paper, for comparison only (default: ${DEFAULT-VALUE}).")
    private CvaeDecoder decoder = CvaeDecoder.HEADS;

    @Override
    public Integer call() throws IOException {
        try (TrainingSession session = TrainingSession.open(options)) {
            Zoo zoo = new Zoo(session.folder().resolve(TrainZooCommand.ZOO));
            GeneratorSetup setup = GeneratorSetup.of(session, options, generator, Optional.empty());
            Map<String, List<String>> checkpoints = new LinkedHashMap<>();
            for (Learner learner : setup.learners()) {
                String task = learner.task().task().id();
                checkpoints.put(task, zoo.checkpoints(task, setup.shared().fingerprint()));
            }
            List<Learner> learners = setup.learners().stream()
                    .filter(learner ->
                            !checkpoints.get(learner.task().task().id()).isEmpty())
                    .toList();
            if (learners.isEmpty()) {
                throw new IllegalArgumentException("the zoo in " + zoo.folder()
                        + " is empty: run `icm-lora train-zoo` or `icm-lora import-adapter` first");
            }
            try (Cvae cvae = cvae(session, setup)) {
                ReconstructionObjective objective = new ReconstructionObjective(
                        cvae,
                        setup.shared(),
                        zoo,
                        learners,
                        setup.examinations(),
                        new ReconstructionObjective.Settings(checkpoints, tasks, generator.kl(), options.seed),
                        session.manager());
                List<TrainingTask> trained =
                        learners.stream().map(Learner::task).toList();
                new TrainingRun(
                                session.identity(RUN, settings(setup), trained),
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

    private Cvae cvae(TrainingSession session, GeneratorSetup setup) {
        GeneratorArchitecture architecture = setup.architecture();
        PriorForm form = generator.form();
        return switch (decoder) {
            case HEADS -> {
                GeneratorNetwork network =
                        new GeneratorNetwork(architecture, form, setup.shared(), options.seed, session.manager());
                yield new GeneratorCvae(
                        network, new EncoderNetwork(architecture, network.drawn(), options.seed, session.manager()));
            }
            case CONV -> new ConvolutionalCvae(architecture, form, setup.shared(), options.seed, session.manager());
        };
    }

    private String settings(GeneratorSetup setup) {
        return "%s on %s, decoder %s, rate %s, %d tasks, seed %d"
                .formatted(generator, setup.shared().fingerprint(), decoder, options.rate, tasks, options.seed);
    }
}
