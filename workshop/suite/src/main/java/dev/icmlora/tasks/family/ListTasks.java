package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;

/// Handling a short list of words separated by commas.
final class ListTasks {

    private static final Comparator<String> LENGTH = Comparator.comparingInt(String::length);
    private static final List<String> ITEMS = Lexicon.words().stream()
            .filter(word -> word.length() >= 3 && word.length() <= 8)
            .toList();
    private static final Domain<List<String>> LISTS = lists(3, 5);
    private static final Domain<List<String>> THREE = lists(3, 3);
    /// Lists in which one word is strictly the longest and another strictly the shortest.
    private static final Domain<List<String>> CLEAR_LENGTHS = LISTS.filter(list -> {
        List<Integer> lengths = list.stream().map(String::length).sorted().toList();
        int n = lengths.size();
        return lengths.get(0) < lengths.get(1) && lengths.get(n - 1) > lengths.get(n - 2);
    });
    /// Lists in which one word occurs a second time, not next to itself.
    private static final Domain<List<String>> ONE_TWICE = Domain.drawn(random -> {
        List<String> list = new ArrayList<>(Domain.pick(random, ITEMS, 3));
        int repeated = random.nextInt(2);
        list.add(random.nextInt(repeated + 2, 4), list.get(repeated));
        return list;
    });

    private ListTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "lists",
                task("first", LISTS, Text::list, List::getFirst),
                task("last", LISTS, Text::list, List::getLast),
                task("second", LISTS, Text::list, list -> list.get(1)),
                task("second-last", LISTS, Text::list, list -> list.get(list.size() - 2)),
                task("count", lists(2, 6), Text::list, List::size).evenly(),
                task("reverse", THREE, Text::list, list -> Text.list(list.reversed())),
                task(
                        "sort",
                        THREE,
                        Text::list,
                        list -> Text.list(list.stream().sorted().toList())),
                task("alphabetically-first", THREE, Text::list, Collections::min),
                task("longest", CLEAR_LENGTHS, Text::list, list -> Collections.max(list, LENGTH)),
                task("shortest", CLEAR_LENGTHS, Text::list, list -> Collections.min(list, LENGTH)),
                task("drop-first", THREE, Text::list, list -> Text.list(list.subList(1, 3))),
                task("drop-last", THREE, Text::list, list -> Text.list(list.subList(0, 2))),
                task("ends", LISTS, Text::list, list -> list.getFirst() + " and " + list.getLast()),
                task("join-and", THREE, Text::list, list -> Text.list(list.subList(0, 2)) + " and " + list.getLast()),
                task("join-or", THREE, Text::list, list -> Text.list(list.subList(0, 2)) + " or " + list.getLast()),
                task("semicolons", THREE, Text::list, list -> String.join("; ", list)),
                task("slashes", THREE, Text::list, list -> String.join("/", list)),
                task("arrows", THREE, Text::list, list -> String.join(" -> ", list)),
                task("numbered", THREE, Text::list, ListTasks::numbered),
                task("initials", LISTS, Text::list, Text::initials),
                task(
                        "find-duplicate",
                        ONE_TWICE,
                        Text::list,
                        list -> list.stream()
                                .filter(word -> list.indexOf(word) != list.lastIndexOf(word))
                                .findFirst()
                                .orElseThrow()),
                task(
                        "remove-duplicate",
                        ONE_TWICE,
                        Text::list,
                        list -> Text.list(list.stream().distinct().toList())),
                task("swap-two", lists(2, 2), Text::list, list -> Text.list(list.reversed())),
                task("rotate", THREE, Text::list, list -> Text.list(List.of(list.get(1), list.get(2), list.get(0)))));
    }

    private static Domain<List<String>> lists(int fewest, int most) {
        return Domain.drawn(random -> Domain.pick(random, ITEMS, random.nextInt(fewest, most + 1)));
    }

    private static String numbered(List<String> list) {
        return IntStream.range(0, list.size())
                .mapToObj(i -> i + 1 + ". " + list.get(i))
                .collect(Collectors.joining(" "));
    }
}
