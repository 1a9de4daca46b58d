package dev.icmlora.tasks.recipe;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

import dev.icmlora.generator.task.Example;

/// How a task's examples are made: `task("last-letter", WORDS, word -> word.charAt(word.length() - 1))`.
///
/// @param name the task's name in its family
/// @param candidates examples in random order; may be endless and may repeat an input
/// @param balanced whether each answer should be about as frequent as any other
public record TaskRecipe(String name, Domain<Example> candidates, boolean balanced) {

    /// Candidates looked at for each example wanted. A domain that repeats itself more often than that is exhausted.
    private static final int PATIENCE = 12;

    /// A label may be this much more frequent than the rarest one.
    private static final double TOLERATED_IMBALANCE = 1.5;

    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");

    /// A task of these examples.
    public static TaskRecipe task(String name, Domain<Example> candidates) {
        return new TaskRecipe(name, candidates, false);
    }

    /// A task whose inputs are the texts of the domain's values, and its answers the texts of what `output` makes of
    /// them.
    public static <T> TaskRecipe task(String name, Domain<T> domain, Function<? super T, ?> output) {
        return task(name, domain, Function.identity(), output);
    }

    public static <T> TaskRecipe task(
            String name, Domain<T> domain, Function<? super T, ?> input, Function<? super T, ?> output) {
        return task(
                name,
                domain.map(value -> new Example(
                        input.apply(value).toString(), output.apply(value).toString())));
    }

    /// The same task with every answer about as frequent as any other: for classification.
    public TaskRecipe evenly() {
        return new TaskRecipe(name, candidates, true);
    }

    /// At most `limit` examples with distinct inputs.
    public List<Example> examples(RandomGenerator random, int limit) {
        List<Example> distinct = distinct(random, balanced ? limit * 4 : limit, limit * PATIENCE);
        return balanced ? level(distinct, limit) : distinct;
    }

    /// What counts as the same input: case and white space aside.
    public static String normalised(String input) {
        return WHITE_SPACE.matcher(input.strip()).replaceAll(" ").toLowerCase(Locale.ROOT);
    }

    private List<Example> distinct(RandomGenerator random, int limit, int attempts) {
        List<Example> distinct = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        Iterator<Example> drawn = candidates.values(random).limit(attempts).iterator();
        while (distinct.size() < limit && drawn.hasNext()) {
            Example example = drawn.next();
            if (seen.add(normalised(example.input()))) {
                distinct.add(example);
            }
        }
        return distinct;
    }

    private static List<Example> level(List<Example> examples, int limit) {
        Map<String, List<Example>> byAnswer = new LinkedHashMap<>();
        examples.forEach(e ->
                byAnswer.computeIfAbsent(e.output(), _ -> new ArrayList<>()).add(e));
        int rarest = byAnswer.values().stream().mapToInt(List::size).min().orElse(0);
        int quota = (int) Math.min(Math.ceilDiv(limit, byAnswer.size()), Math.ceil(rarest * TOLERATED_IMBALANCE));
        List<Example> level = new ArrayList<>();
        byAnswer.values().forEach(group -> level.addAll(group.subList(0, Math.min(quota, group.size()))));
        return level;
    }
}
