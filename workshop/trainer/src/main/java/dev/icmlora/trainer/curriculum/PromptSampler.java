package dev.icmlora.trainer.curriculum;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.trainer.model.Batch;

/// Draws training samples of a task: queries (description, input, answer) that share their description, or a packed
/// in-context sequence of several examples, where every answer counts.
///
/// @param format how a task becomes tokens
/// @param mix how often which kind is drawn
public record PromptSampler(PromptFormat format, Mix mix) {

    /// @param packed probability of a packed sequence
    /// @param fewest least number of examples in one
    /// @param most greatest number
    /// @param queries number of queries in a sample of them
    /// @param describedPacked probability that a packed sequence begins with the description
    /// @param describedQuery probability that the queries do
    /// @param maxTokens examples that would make a prompt longer are left out
    public record Mix(
            double packed,
            int fewest,
            int most,
            int queries,
            double describedPacked,
            double describedQuery,
            int maxTokens)
            implements Serializable {}

    /// A sample of either kind.
    ///
    /// @param avoid examples that must not be drawn: those that a task vector was made of
    /// @param owner index of the sample's adapter
    public Batch.Sample draw(TrainingTask task, Set<Example> avoid, int owner, RandomGenerator random) {
        boolean packed = random.nextDouble() < mix.packed;
        boolean described = random.nextDouble() < (packed ? mix.describedPacked : mix.describedQuery);
        String description = described ? pick(task.task().descriptions(), random) : "";
        int wanted = packed ? random.nextInt(mix.fewest, mix.most + 1) : mix.queries;
        List<Example> examples = distinct(task.examples(), wanted, avoid, random);
        Batch.Sample sample = sample(description, examples, packed, owner);
        while (sample.length() > mix.maxTokens && examples.size() > 1) {
            examples = examples.subList(0, examples.size() - 1);
            sample = sample(description, examples, packed, owner);
        }
        return sample;
    }

    private Batch.Sample sample(String description, List<Example> examples, boolean packed, int owner) {
        List<Prompt> prompts = packed
                ? List.of(format.packed(description, examples))
                : examples.stream()
                        .map(example -> format.packed(description, List.of(example)))
                        .toList();
        return new Batch.Sample(prompts, owner);
    }

    public static <T> T pick(List<T> from, RandomGenerator random) {
        return from.get(random.nextInt(from.size()));
    }

    /// Up to `wanted` different elements of `from`, none of `avoid` as long as others are left.
    public static <T> List<T> distinct(List<T> from, int wanted, Set<T> avoid, RandomGenerator random) {
        List<T> allowed =
                from.stream().filter(element -> !avoid.contains(element)).toList();
        List<T> pool = allowed.isEmpty() ? from : allowed;
        Set<Integer> chosen = new HashSet<>();
        return random.ints(0, pool.size())
                .filter(chosen::add)
                .limit(Math.min(wanted, pool.size()))
                .mapToObj(pool::get)
                .toList();
    }
}
