package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.Domain.pick;
import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;

/// Arithmetic and comparison with small whole numbers.
final class NumberTasks {

    private static final Domain<Integer> TO_999 = Domain.range(10, 999);
    private static final Domain<Integer> TO_9999 = Domain.range(100, 9999);
    private static final Domain<List<Integer>> DIFFERENT = Domain.drawn(random -> {
        int first = random.nextInt(10, 1000);
        return List.of(first, (first + random.nextInt(1, 990) - 10) % 990 + 10);
    });
    private static final Domain<List<Integer>> TRIPLES = Domain.drawn(
            random -> random.ints(10, 100).distinct().limit(3).boxed().toList());
    private static final List<String> PEOPLE = Lexicon.names("female", "male");
    private static final List<String> THINGS = List.of(
            "apples", "books", "cards", "coins", "eggs", "flowers", "keys", "marbles", "pens", "stamps", "tickets");
    /// Texts and their answers.
    private static final List<Example> STORIES = List.of(
            new Example("{who} has {had} {what} and gets {change} more.", "{sum}"),
            new Example("{who} had {had} {what} and lost {change}.", "{difference}"),
            new Example("{who} buys {change} {what}. {had} were there before.", "{sum}"),
            new Example("Of {had} {what}, {who} sells {change}.", "{difference}"),
            new Example("{who} gives away {change} of {had} {what}.", "{difference}"));

    private NumberTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "numbers",
                task("add", pairs(50), Text::list, p -> p.getFirst() + p.getLast()),
                task("absolute-difference", pairs(60), Text::list, p -> Math.abs(p.getFirst() - p.getLast())),
                task("multiply-small", pairs(16), Text::list, p -> p.getFirst() * p.getLast()),
                task("bigger", DIFFERENT, Text::list, Collections::max),
                task("smaller", DIFFERENT, Text::list, Collections::min),
                task("comparison-sign", DIFFERENT, Text::list, p -> p.getFirst() < p.getLast() ? "<" : ">")
                        .evenly(),
                task("ascending", TRIPLES, Text::list, t -> Text.list(ascending(t))),
                task("median", TRIPLES, Text::list, t -> ascending(t).get(1)),
                task("even-or-odd", TO_999, n -> n % 2 == 0 ? "even" : "odd").evenly(),
                task("next", TO_999, n -> n + 1),
                task("previous", TO_999, n -> n - 1),
                task("double", TO_999.filter(n -> n < 500), n -> 2 * n),
                task("half", Domain.range(5, 400).map(n -> 2 * n), n -> n / 2),
                task("plus-ten", TO_999, n -> n + 10),
                task("minus-five", TO_999, n -> n - 5),
                task("plus-hundred", TO_999, n -> n + 100),
                task("times-ten", TO_999, n -> 10 * n),
                task("round-to-ten", TO_999.filter(n -> n % 10 != 5), n -> (n + 5) / 10 * 10),
                task("round-to-hundred", Domain.range(100, 9949).filter(n -> n % 100 != 50), n -> (n + 50) / 100 * 100),
                task("digit-sum", TO_999, NumberTasks::digitSum),
                task("last-digit", TO_9999, n -> n % 10),
                task("tens-digit", TO_9999, n -> n / 10 % 10),
                task(
                                "digits",
                                Domain.drawn(random -> random.nextInt(10, (int) Math.pow(10, random.nextInt(2, 8)))),
                                n -> n.toString().length())
                        .evenly(),
                task("reverse-digits", TO_9999, n -> Text.reversed(n.toString())),
                task("negate", Domain.range(-499, 499).filter(n -> n != 0), n -> -n),
                task(
                        "thousands-separator",
                        Domain.drawn(random -> random.nextInt(1000, random.nextBoolean() ? 100_000 : 10_000_000)),
                        n -> String.format(Locale.ROOT, "%,d", n)),
                task(
                        "percent",
                        Domain.range(1, 999).filter(n -> n % 10 != 0),
                        n -> "0." + String.format(Locale.ROOT, "%03d", n),
                        n -> n / 10 + "." + n % 10 + "%"),
                task("word-problem", Domain.drawn(NumberTasks::story)));
    }

    private static Domain<List<Integer>> pairs(int most) {
        return Domain.drawn(random -> List.of(random.nextInt(1, most + 1), random.nextInt(1, most + 1)));
    }

    private static List<Integer> ascending(List<Integer> numbers) {
        return numbers.stream().sorted().toList();
    }

    private static int digitSum(int n) {
        return n < 10 ? n : n % 10 + digitSum(n / 10);
    }

    private static Example story(RandomGenerator random) {
        String who = pick(random, PEOPLE);
        String what = pick(random, THINGS);
        int had = random.nextInt(10, 60);
        int change = random.nextInt(2, 10);
        Example story = pick(random, STORIES);
        Slots slots = Slots.of(
                story.input(),
                Map.of(
                        "who", who,
                        "what", what,
                        "had", had,
                        "change", change,
                        "sum", had + change,
                        "difference", had - change));
        return new Example(slots.text(), slots.fill(story.output()));
    }
}
