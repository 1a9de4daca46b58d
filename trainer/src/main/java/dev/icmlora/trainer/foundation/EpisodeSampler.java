package dev.icmlora.trainer.foundation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.tasks.drawn.TaskDraws.Kind;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.curriculum.TrainingTask;

/// Draws episodes, of the tasks that are trained on and of tasks that nobody wrote.
///
/// @param tasks that are trained on
/// @param draws tasks without end, as [dev.icmlora.tasks.drawn.TaskDraws#draw]
/// @param mix how often which is drawn, and how large
record EpisodeSampler(
        PromptFormat format,
        List<TrainingTask> tasks,
        BiFunction<List<Kind>, RandomGenerator, SuiteTask> draws,
        Mix mix) {
    private static final int USUAL_EXAMPLES = 5;

    /// @param drawn share of tasks that nobody wrote
    /// @param kinds of those, each as likely as it is often in the list
    /// @param described share of episodes with a description
    /// @param most examples of an episode
    /// @param questions that are asked afterwards
    /// @param maxTokens of the questions, and of the examples: an episode of more is made smaller
    record Mix(double drawn, List<Kind> kinds, double described, int most, int questions, int maxTokens) {
        static final Mix DEFAULT = new Mix(FoundationTraining.DRAWN, usual(), 0.85, 8, 6, 400);

        /// Each once, and more often what people ask most: to sort texts.
        private static List<Kind> usual() {
            List<Kind> kinds = new ArrayList<>(List.of(Kind.values()));
            kinds.addAll(List.of(Kind.SORTING, Kind.SORTING));
            return kinds;
        }

        /// The same with another share of tasks that nobody wrote.
        Mix withDrawn(double share) {
            return new Mix(share, kinds, described, most, questions, maxTokens);
        }
    }

    Episode draw(RandomGenerator random) {
        while (true) {
            TrainingTask task = random.nextDouble() < mix.drawn
                    ? TrainingTask.of(draws.apply(mix.kinds, random))
                    : PromptSampler.pick(tasks, random);
            Episode episode = draw(task, random);
            while (!fits(episode) && !episode.isLeast()) {
                episode = episode.smaller();
            }
            if (fits(episode)) {
                return episode;
            }
        }
    }

    private Episode draw(TrainingTask task, RandomGenerator random) {
        String description = random.nextDouble() < mix.described
                ? PromptSampler.pick(task.task().descriptions(), random)
                : "";
        int count = random.nextBoolean() ? USUAL_EXAMPLES : random.nextInt(3, mix.most + 1);
        List<Example> examples = PromptSampler.distinct(task.examples(), count, Set.of(), random);
        List<Example> questions = PromptSampler.distinct(task.examples(), mix.questions, Set.copyOf(examples), random);
        return new Episode(description, examples, questions);
    }

    private boolean fits(Episode episode) {
        return episode.tokens(format) <= mix.maxTokens;
    }
}
