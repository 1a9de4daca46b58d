package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Handling a short list of words separated by commas.
final class ListTasks implements TaskFamily {

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

    @Override
    public String name() {
        return "lists";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                task("first").describedAs("""
                        Give the first item of the list.
                        first item
                        Which word comes first?
                        Please return only the word at the start of the list.
                        head of the list
                        Take the opening element.
                        What is element number 1?
                        Everything after the first comma goes away.
                        """).from(LISTS, ListTasks::text, List::getFirst),
                task("last").describedAs("""
                        Give the last item of the list.
                        last item
                        Which word is at the end?
                        Please return only the final word of the list.
                        tail element
                        Take the closing element.
                        What comes after the last comma?
                        Pick the word that ends the list.
                        """).from(LISTS, ListTasks::text, List::getLast),
                task("second").describedAs("""
                        Give the second item of the list.
                        2nd item
                        Which word is in second place?
                        Please return the word between the first and the second comma.
                        item number two
                        What is element 2?
                        Pick the one after the first.
                        Return list[1].
                        """).from(LISTS, ListTasks::text, list -> list.get(1)),
                task("second-last").describedAs("""
                        Give the second-to-last item of the list.
                        penultimate item
                        Which word comes just before the last one?
                        Please return the last but one element.
                        What is the next-to-last word?
                        Return list[-2].
                        Take the item in front of the final comma.
                        last but one
                        """).from(LISTS, ListTasks::text, list -> list.get(list.size() - 2)),
                task("count")
                        .describedAs("""
                        How many items are in the list?
                        Count the words.
                        list size
                        Please tell me the number of elements.
                        Return the length of the list as a digit.
                        How long is this list?
                        Give the count of the comma-separated words.
                        number of entries
                        """)
                        .from(lists(2, 6), ListTasks::text, list -> Integer.toString(list.size()))
                        .evenly(),
                task("reverse").describedAs("""
                        Reverse the order of the list.
                        backwards, please
                        Write the items from last to first, separated by commas.
                        What is the list in the opposite order?
                        Please turn the list around.
                        Last becomes first.
                        Flip the list and keep the words as they are.
                        Return the elements in reverse.
                        """).from(THREE, ListTasks::text, list -> text(list.reversed())),
                task("sort")
                        .describedAs("""
                        Sort the list alphabetically.
                        a to z
                        Please put the words in alphabetical order.
                        How would these be ordered in a dictionary?
                        Arrange the items by their letters, separated by commas.
                        Alphabetise.
                        Return the sorted list.
                        Order the words as in a phone book.
                        """)
                        .from(
                                THREE,
                                ListTasks::text,
                                list -> text(list.stream().sorted().toList())),
                task("alphabetically-first")
                        .describedAs("""
                        Which of the words comes first in the alphabet?
                        alphabetical minimum
                        Return the item that a dictionary would list first.
                        Please find the word nearest to A.
                        Pick the alphabetically earliest word.
                        Which word would stand at the top after sorting?
                        Smallest word in dictionary order.
                        Sort in your head and give only the first word.
                        """)
                        .from(
                                THREE,
                                ListTasks::text,
                                list -> list.stream().sorted().findFirst().orElseThrow()),
                task("longest")
                        .describedAs("""
                        Which word is the longest?
                        longest item
                        Return the word with the most letters.
                        Please pick the word that takes up the most space.
                        Find the item of maximum length.
                        Give the biggest word by letter count.
                        Among these words, one is longer than the others. Which?
                        max by length
                        """)
                        .from(
                                CLEAR_LENGTHS,
                                ListTasks::text,
                                list -> list.stream()
                                        .max(Comparator.comparingInt(String::length))
                                        .orElseThrow()),
                task("shortest")
                        .describedAs("""
                        Which word is the shortest?
                        shortest item
                        Return the word with the fewest letters.
                        Please pick the word that is quickest to write.
                        Find the item of minimum length.
                        Give the smallest word by letter count.
                        Among these words, one is shorter than the others. Which?
                        min by length
                        """)
                        .from(
                                CLEAR_LENGTHS,
                                ListTasks::text,
                                list -> list.stream()
                                        .min(Comparator.comparingInt(String::length))
                                        .orElseThrow()),
                task("drop-first")
                        .describedAs("""
                        Remove the first item of the list.
                        all but the first
                        Please delete the opening word and keep the others.
                        What is left without the first element?
                        Return the rest of the list.
                        Skip one, give me the remaining words separated by commas.
                        Drop the head.
                        Take everything after the first comma.
                        """)
                        .from(THREE, ListTasks::text, list -> text(list.subList(1, list.size()))),
                task("drop-last")
                        .describedAs("""
                        Remove the last item of the list.
                        all but the last
                        Please delete the closing word and keep the others.
                        What is left without the final element?
                        Return the list minus its end.
                        Give me every word up to the last comma.
                        Drop the tail item.
                        Pop the last one and show what remains.
                        """)
                        .from(THREE, ListTasks::text, list -> text(list.subList(0, list.size() - 1))),
                task("ends")
                        .describedAs("""
                        Give the first and the last item, joined by "and".
                        first and last
                        Which words are at the two ends? Answer like "x and y".
                        Please name the opening and the closing item.
                        Skip the middle of the list.
                        Both outer words, with "and" between them.
                        Return the head and the tail element.
                        Who is at the front and who is at the back?
                        """)
                        .from(LISTS, ListTasks::text, list -> list.getFirst() + " and " + list.getLast()),
                task("join-and")
                        .describedAs("""
                        Write the list as a phrase with "and" before the last item.
                        join with commas and "and"
                        Please turn this into natural English: a, b and c.
                        How would you read this list aloud?
                        Replace the last comma by "and".
                        Make an enumeration for a sentence, no Oxford comma.
                        Connect the items as in running text.
                        Put "and" where it belongs.
                        """)
                        .from(THREE, ListTasks::text, list -> text(list.subList(0, 2)) + " and " + list.getLast()),
                task("join-or")
                        .describedAs("""
                        Offer the items as a choice, with "or" before the last one.
                        a, b or c
                        Please write the list as alternatives.
                        Replace the last comma by "or".
                        How would a waiter list these options?
                        Make it a choice between the three.
                        Connect the items with commas and "or".
                        Put "or" in front of the final item.
                        """)
                        .from(THREE, ListTasks::text, list -> text(list.subList(0, 2)) + " or " + list.getLast()),
                task("semicolons").describedAs("""
                        Separate the items with semicolons instead of commas.
                        , -> ;
                        Please change the delimiter to a semicolon.
                        Rewrite the list with "; " between the words.
                        Use semicolons.
                        How does the list look with ; as separator?
                        Swap each comma for a semicolon.
                        Convert to semicolon-separated values, keep the spaces.
                        """).from(THREE, ListTasks::text, list -> String.join("; ", list)),
                task("slashes").describedAs("""
                        Join the items with slashes, without spaces.
                        make a path
                        Write the words as a/b/c.
                        Please put a slash between the words and nothing else.
                        Turn the list into a folder path.
                        Replace comma and space by /.
                        How would these be nested directories?
                        slash-separated
                        """).from(THREE, ListTasks::text, list -> String.join("/", list)),
                task("arrows").describedAs("""
                        Join the items with arrows.
                        a -> b -> c
                        Please write the list as steps, with "->" between them.
                        Show the order with arrows.
                        Replace the commas by " -> ".
                        How would you draw this as a chain?
                        Connect each word to the next by an arrow made of - and >.
                        Make a flow out of the words.
                        """).from(THREE, ListTasks::text, list -> String.join(" -> ", list)),
                task("numbered")
                        .describedAs("""
                        Number the items on one line, like "1. a 2. b 3. c".
                        add numbers
                        Please put 1., 2., 3. in front of the words.
                        Make it a numbered list without line breaks.
                        Enumerate the items.
                        Give each word its position and a dot.
                        What is the list with ordinals in front, separated by spaces?
                        numbered list, single line
                        """)
                        .from(
                                THREE,
                                ListTasks::text,
                                list -> IntStream.range(0, list.size())
                                        .mapToObj(i -> i + 1 + ". " + list.get(i))
                                        .collect(Collectors.joining(" "))),
                task("initials")
                        .describedAs("""
                        Make an acronym from the first letters of the items.
                        initials, upper case
                        Take the first letter of each word and write them as capitals.
                        Please abbreviate the list by its initials.
                        What do the first letters spell?
                        Join the initial letters.
                        Give the acronym.
                        One capital letter for each word, no spaces.
                        """)
                        .from(
                                LISTS,
                                ListTasks::text,
                                list -> list.stream()
                                        .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT))
                                        .collect(Collectors.joining())),
                task("find-duplicate")
                        .describedAs("""
                        Which word occurs twice in the list?
                        find the duplicate
                        Return the repeated item.
                        Please tell me the word that is there two times.
                        One of these is a double. Which one?
                        Spot the repetition.
                        Name the item that is listed again.
                        duplicate entry
                        """)
                        .from(
                                ONE_TWICE,
                                ListTasks::text,
                                list -> list.stream()
                                        .filter(word -> list.indexOf(word) != list.lastIndexOf(word))
                                        .findFirst()
                                        .orElseThrow()),
                task("remove-duplicate")
                        .describedAs("""
                        Remove the repeated word and keep the others in order.
                        dedupe
                        Please list each word only once.
                        Delete the second occurrence of the word that occurs twice.
                        Return the distinct items, comma separated.
                        What is the list without repetition?
                        Make the entries unique.
                        Clean the list of duplicates.
                        """)
                        .from(
                                ONE_TWICE,
                                ListTasks::text,
                                list -> text(list.stream().distinct().toList())),
                task("swap-two").describedAs("""
                        Swap the two words.
                        exchange
                        Please write the pair the other way round.
                        What is this pair in the opposite order?
                        Put the second word first.
                        Return "b, a" for "a, b".
                        Switch the places of both items.
                        Turn the pair around, keep the comma.
                        """).from(lists(2, 2), ListTasks::text, list -> text(list.reversed())),
                task("rotate")
                        .describedAs("""
                        Move the first item to the end of the list.
                        rotate left by one
                        Please put the opening word last and keep the order of the others.
                        The first in line goes to the back of the queue.
                        Shift everything one place to the front; the head goes to the end.
                        What is the list after one rotation?
                        Take the head and append it.
                        a, b, c becomes b, c, a
                        """)
                        .from(THREE, ListTasks::text, list -> text(List.of(list.get(1), list.get(2), list.get(0)))));
    }

    static String text(List<String> items) {
        return String.join(", ", items);
    }

    private static Domain<List<String>> lists(int fewest, int most) {
        return Domain.drawn(random -> Domain.pick(random, ITEMS, random.nextInt(fewest, most + 1)));
    }
}
