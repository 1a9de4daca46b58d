package dev.icmlora.cli.training;

import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.session.TrainingOptions;
import dev.icmlora.trainer.session.TrainingSession;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.shared.SharedAdapterObjective;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.trainer.model.LlamaConfig;

/// `icm-lora train-b0`: A and B0, the adapter that all tasks share.
@Command(
        name = "train-b0",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains the shared adapter (A and B0) on all training tasks; killed, it goes on where it was.")
public final class TrainB0Command implements Callable<Integer> {
    /// Folder of the run inside the training folder.
    static final String RUN = "b0";

    private static final String DEFAULT_TARGETS = "attn_q,attn_v";

    @Mixin
    private TrainingOptions options;

    @Option(names = "--rank", description = "Rank of all adapters (default: ${DEFAULT-VALUE}).")
    private int rank = 16;

    @Option(
            names = "--targets",
            paramLabel = "MODULE",
            split = ",",
            defaultValue = DEFAULT_TARGETS,
            description = "Modules of every layer that all adapters change, as GGUF names them (default:"
                    + " ${DEFAULT-VALUE}); also attn_k, attn_output, ffn_gate, ffn_up, ffn_down.")
    private List<String> targets;

    @Option(names = "--tokens", description = "Tokens of a step's prompts (default: ${DEFAULT-VALUE}).")
    private int tokens = 1200;

    @Option(names = "--queries", description = "Queries in a sample of them (default: ${DEFAULT-VALUE}).")
    private int queries = 4;

    @Option(names = "--packed", description = "Share of packed in-context sequences (default: ${DEFAULT-VALUE}).")
    private double packed = 0.35;

    @Option(
            names = "--a",
            description = "${COMPLETION-CANDIDATES}: A is learned with B0, stays as it was drawn, or stays the"
                    + " principal directions of what goes into each module (default: ${DEFAULT-VALUE}).")
    private OriginOfA a = OriginOfA.LEARNED;

    @Override
    public Integer call() throws IOException {
        LlamaConfig.requireModules(targets);
        try (TrainingSession session = TrainingSession.open(options)) {
            AdapterLayout layout = session.model().config().layout(targets, rank, SharedAdapter.SCALE * rank);
            SharedAdapter adapter = SharedAdapter.initial(layout, options.seed, session.manager());
            PromptSampler sampler =
                    new PromptSampler(session.format(), new PromptSampler.Mix(packed, 3, 8, queries, 0.7, 1, 512));
            Path run = session.folder().resolve(RUN);
            if (a == OriginOfA.PRINCIPAL && !Files.exists(TrainingRun.checkpoint(run))) {
                PrincipalDirections.writeTo(
                        adapter,
                        session.model(),
                        session.curriculum().tasks(),
                        sampler,
                        options.seed,
                        session.manager());
            }
            SharedAdapterObjective objective = new SharedAdapterObjective(
                    session.model(),
                    adapter,
                    session.curriculum().tasks(),
                    sampler,
                    session.validations(),
                    tokens,
                    options.seed,
                    a.isFrozen(),
                    session.manager());
            new TrainingRun(
                            session.identity(
                                    RUN, settings(), session.curriculum().tasks()),
                            objective,
                            options.schedule(),
                            options.intervals(),
                            run,
                            session.stop()::isRequested,
                            session.manager())
                    .train(System.out, options.stopAfter);
            return session.exitCode();
        }
    }

    /// All that another run could choose otherwise.
    String settings() {
        String modules = LlamaConfig.MODULES.stream().filter(targets::contains).collect(Collectors.joining(","));
        return "rank %d, alpha %s, %s A, targets %s, rate %s, %d tokens, %d queries, packed %s, seed %d"
                .formatted(
                        rank,
                        SharedAdapter.SCALE * rank,
                        a.name().toLowerCase(Locale.ROOT),
                        modules,
                        options.rate,
                        tokens,
                        queries,
                        packed,
                        options.seed);
    }
}
