package dev.icmlora.trainer.shared;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.model.BaseModelConfig;
import dev.icmlora.trainer.session.TrainingSession;
import dev.icmlora.trainer.session.TrainingSettings;

/// Trains A and B0, the adapter that all tasks share.
///
/// @param training settings of every training
/// @param rank of all adapters
/// @param targets modules of every layer that all adapters change, as GGUF names them
public record SharedAdapterTraining(TrainingSettings training, int rank, List<String> targets) {

    /// Rank and modules of `make train`.
    public static final int RANK = 16;

    public static final List<String> TARGETS = List.of("attn_q", "attn_v");

    private static final int TOKENS_PER_STEP = 1200;

    /// In a sample that is no packed sequence.
    private static final int QUERIES = 4;

    /// Share of packed in-context sequences.
    private static final double PACKED = 0.35;

    /// @throws IllegalArgumentException if a module is none that adapters can change
    public SharedAdapterTraining {
        BaseModelConfig.requireModules(targets);
        targets = List.copyOf(targets);
    }

    /// Goes on from the last checkpoint, if there is one.
    ///
    /// @return whether it came to its end; else its process was asked to stop
    public boolean run(PrintStream out) throws IOException {
        try (TrainingSession session = TrainingSession.open(training)) {
            AdapterLayout layout = session.model().config().layout(targets, rank, SharedAdapter.SCALE * rank);
            PromptSampler sampler = new PromptSampler(
                    session.base().format(), new PromptSampler.Mix(PACKED, 3, 8, QUERIES, 0.7, 1, 512));
            SharedAdapterObjective objective = new SharedAdapterObjective(
                    session.model(),
                    SharedAdapter.initial(layout, training.seed(), session.manager()),
                    session.curriculum().tasks(),
                    sampler,
                    session.validations(),
                    TOKENS_PER_STEP,
                    training.seed(),
                    session.manager());
            return session.train(
                    session.identity(
                            SharedAdapter.RUN, settings(), session.curriculum().tasks()),
                    objective,
                    out);
        }
    }

    /// All that another run could choose otherwise.
    public String settings() {
        String modules =
                BaseModelConfig.MODULES.stream().filter(targets::contains).collect(Collectors.joining(","));
        return "rank %d, alpha %s, learned A, targets %s, rate %s, %d tokens, %d queries, packed %s, seed %d"
                .formatted(
                        rank,
                        SharedAdapter.SCALE * rank,
                        modules,
                        training.schedule().rate(),
                        TOKENS_PER_STEP,
                        QUERIES,
                        PACKED,
                        training.seed());
    }
}
