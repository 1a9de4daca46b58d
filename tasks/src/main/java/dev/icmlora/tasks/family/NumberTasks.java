package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Arithmetic and comparison with small whole numbers.
final class NumberTasks implements TaskFamily {

    private static final Domain<Integer> TO_999 = Domain.range(10, 999);
    private static final List<String> PEOPLE = Lexicon.names("female", "male");
    private static final List<String> THINGS = List.of(
            "apples", "books", "cards", "coins", "eggs", "flowers", "keys", "marbles", "pens", "stamps", "tickets");
    private static final Domain<int[]> DIFFERENT = Domain.drawn(random -> {
        int first = random.nextInt(10, 1000);
        return new int[] {first, (first + random.nextInt(1, 990) - 10) % 990 + 10};
    });
    private static final Domain<int[]> TRIPLES =
            Domain.drawn(random -> random.ints(10, 100).distinct().limit(3).toArray());

    @Override
    public String name() {
        return "numbers";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                pairs("add", Integer::sum, 50, """
                        Add the two numbers.
                        sum
                        What do the numbers make together?
                        Please calculate the total of both numbers.
                        x, y -> x + y
                        Give the sum as digits.
                        How much is the first plus the second?
                        Put them together and say the result.
                        """),
                pairs("absolute-difference", (a, b) -> Math.abs(a - b), 60, """
                        What is the difference between the two numbers?
                        distance between them
                        How far apart are the numbers?
                        Subtract the smaller number from the larger one.
                        Please give the absolute difference.
                        |x - y|
                        By how much do the two numbers differ?
                        Return how many steps lead from one number to the other.
                        """),
                pairs("multiply-small", (a, b) -> a * b, 16, """
                        Multiply the two numbers.
                        product
                        What is the first times the second?
                        Please calculate the product.
                        x, y -> x * y
                        Times table: give the answer.
                        How many squares are in a rectangle with these sides?
                        Give the result of the multiplication as digits.
                        """),
                task("bigger")
                        .describedAs("""
                        Which number is bigger?
                        max
                        Return the larger of the two numbers.
                        Please pick the greater one.
                        Give the maximum.
                        Of these two, which would win if more is better?
                        Choose the higher number.
                        Repeat the bigger number only.
                        """)
                        .from(DIFFERENT, NumberTasks::text, p -> Integer.toString(Math.max(p[0], p[1]))),
                task("smaller")
                        .describedAs("""
                        Which number is smaller?
                        min
                        Return the lesser of the two numbers.
                        Please pick the lower one.
                        Give the minimum.
                        These are prices; which is cheaper?
                        Choose the number nearer to zero.
                        Repeat the smaller number only.
                        """)
                        .from(DIFFERENT, NumberTasks::text, p -> Integer.toString(Math.min(p[0], p[1]))),
                task("comparison-sign")
                        .describedAs("""
                        Which sign belongs between the numbers, < or >?
                        < or >
                        Compare the first number with the second and answer with the sign.
                        Please put in the right comparison operator.
                        Is the first less than (<) or greater than (>) the second?
                        Return > if the first is larger, otherwise <.
                        Fill the gap with a comparison symbol.
                        Answer with one character that makes the statement true.
                        """)
                        .from(DIFFERENT, NumberTasks::text, p -> p[0] < p[1] ? "<" : ">")
                        .evenly(),
                task("ascending")
                        .describedAs("""
                        Sort the numbers in ascending order.
                        small to large
                        Please arrange the numbers from the lowest to the highest.
                        Order them so that they grow.
                        What are these numbers in increasing order?
                        Sort ascending, keep the commas.
                        Start with the smallest number.
                        Return the sorted list of numbers.
                        """)
                        .from(
                                TRIPLES,
                                NumberTasks::text,
                                t -> text(Arrays.stream(t).sorted().toArray())),
                task("median")
                        .describedAs("""
                        Which of the three numbers lies in the middle by size?
                        median
                        Return the number that is neither the largest nor the smallest.
                        Please find the middle value.
                        Give the median of the three.
                        Sort in your head and name the one in the middle.
                        Not the maximum, not the minimum: the other one.
                        Middle number by value, not by position.
                        """)
                        .from(
                                TRIPLES,
                                NumberTasks::text,
                                t -> Integer.toString(Arrays.stream(t).sorted().toArray()[1])),
                task("even-or-odd")
                        .describedAs("""
                        Is the number even or odd?
                        parity
                        Answer "even" if the number can be divided by two, else "odd".
                        Please tell me the parity of the number.
                        even/odd
                        Can it be split into two equal halves? even = yes, odd = no
                        Classify the number as even or odd.
                        Look at the last digit and say even or odd.
                        """)
                        .from(TO_999, Object::toString, n -> n % 2 == 0 ? "even" : "odd")
                        .evenly(),
                one("next", TO_999, n -> n + 1, """
                        What number comes next?
                        n + 1
                        Count one further.
                        Please give the successor.
                        Increase the number by one.
                        Which number follows when you count up?
                        Add one.
                        increment
                        """),
                one("previous", TO_999, n -> n - 1, """
                        What number comes before this one?
                        n - 1
                        Count one step back.
                        Please give the predecessor.
                        Decrease the number by one.
                        Which number precedes it when you count?
                        Take one away.
                        decrement
                        """),
                one("double", TO_999.filter(n -> n < 500), n -> 2 * n, """
                        Double the number.
                        times two
                        What is twice this number?
                        Please multiply it by 2.
                        Return 2n.
                        Two of these make how much?
                        Give the number added to itself.
                        twice as much
                        """),
                one("half", Domain.range(5, 400).map(n -> 2 * n), n -> n / 2, """
                        Halve the number.
                        n / 2
                        What is half of this number?
                        Please divide it by two.
                        Split it into two equal parts; how big is one?
                        50 percent of it
                        Give one half of the number.
                        Cut the number in half.
                        """),
                one("plus-ten", TO_999, n -> n + 10, """
                        Add ten to the number.
                        + 10
                        What is ten more than this?
                        Please increase the number by ten.
                        Count ten further.
                        Return the number plus 10.
                        What do you get after adding ten?
                        Give the number that is greater by ten.
                        """),
                one("minus-five", TO_999, n -> n - 5, """
                        Subtract five from the number.
                        - 5
                        What is five less than this?
                        Please decrease the number by five.
                        Five are taken away; how many are left?
                        Return the number minus 5.
                        Count back five steps.
                        Give the number that is smaller by five.
                        """),
                one("plus-hundred", TO_999, n -> n + 100, """
                        Add one hundred to the number.
                        + 100
                        What is a hundred more than this?
                        Please increase it by 100.
                        Return the number plus one hundred.
                        Raise the hundreds digit by one and carry if need be.
                        A century later, which year is it?
                        Give the number that is larger by a hundred.
                        """),
                one("times-ten", TO_999, n -> 10 * n, """
                        Multiply the number by ten.
                        x 10
                        What is ten times this number?
                        Please append a zero.
                        Ten of these make how much?
                        Shift the digits one place to the left.
                        Return 10n.
                        Make it ten times as large.
                        """),
                one("round-to-ten", Domain.range(10, 999).filter(n -> n % 10 != 5), n -> (n + 5) / 10 * 10, """
                        Round the number to the nearest ten.
                        nearest 10
                        Please round it to tens.
                        Which multiple of ten is closest?
                        Give a rough value, rounded to ten.
                        Round so that the last digit is zero.
                        What is it approximately, in tens?
                        round(n, -1)
                        """),
                one(
                        "round-to-hundred",
                        Domain.range(100, 9949).filter(n -> n % 100 != 50),
                        n -> (n + 50) / 100 * 100,
                        """
                        Round the number to the nearest hundred.
                        nearest 100
                        Please round it to hundreds.
                        Which multiple of one hundred is closest?
                        Give the value to the hundred, up or down.
                        Make the last two digits zero by rounding.
                        What is it approximately, in hundreds?
                        round(n, -2)
                        """),
                one("digit-sum", TO_999, NumberTasks::digitSum, """
                        Add up the digits of the number.
                        digit sum
                        What do the digits make together?
                        Please calculate the sum of the digits.
                        Take each digit by itself and add them.
                        Cross sum, as digits.
                        Sum over the digits of n.
                        How much is the total of the single digits?
                        """),
                one("last-digit", Domain.range(100, 9999), n -> n % 10, """
                        What is the last digit of the number?
                        units digit
                        Give the digit at the end.
                        n mod 10
                        Please return the ones place.
                        What is the remainder when dividing by ten?
                        Just the final digit.
                        Which digit stands furthest to the right?
                        """),
                one("tens-digit", Domain.range(100, 9999), n -> n / 10 % 10, """
                        Which digit is in the tens place?
                        tens digit
                        Give the digit before the last one.
                        Please return the second digit from the right.
                        How many tens does the number show?
                        The last but one digit, alone.
                        Name the digit that counts the tens.
                        digit with the value 10
                        """),
                one(
                                "digits",
                                Domain.drawn(random -> random.nextInt(10, (int) Math.pow(10, random.nextInt(2, 8)))),
                                n -> Integer.toString(n).length(),
                                """
                        How many digits does the number have?
                        count digits
                        Please tell me the number of digits.
                        Give the length of the number.
                        How many places is it long?
                        Return the digit count.
                        How many figures is it written with?
                        Is it a two-digit, three-digit, four-digit ... number? Answer with the count.
                        """)
                        .evenly(),
                task("reverse-digits")
                        .describedAs("""
                        Write the digits of the number in reverse order.
                        digits backwards
                        Please mirror the number.
                        What is the number read from right to left?
                        Flip the digits.
                        Last digit first.
                        Reverse it as if it were a string.
                        Return the digits from the end to the start.
                        """)
                        .from(
                                Domain.range(100, 9999),
                                Object::toString,
                                n -> new StringBuilder(n.toString()).reverse().toString()),
                task("negate")
                        .describedAs("""
                        Change the sign of the number.
                        negate
                        Give the opposite number.
                        Please turn plus into minus and minus into plus.
                        Return -n.
                        What must be added to get zero?
                        Flip the sign.
                        Mirror the number at zero.
                        """)
                        .from(Domain.range(-499, 499).filter(n -> n != 0), Object::toString, n -> Integer.toString(-n)),
                task("thousands-separator")
                        .describedAs("""
                        Write the number with commas between the thousands.
                        1234567 -> 1,234,567
                        Please group the digits by three.
                        Add thousands separators.
                        Format the number as in an English newspaper.
                        Make the big number readable with commas.
                        How is it written with a comma after each three digits from the right?
                        Insert digit grouping.
                        """)
                        .from(
                                Domain.drawn(
                                        random -> random.nextInt(1000, random.nextBoolean() ? 100_000 : 10_000_000)),
                                Object::toString,
                                n -> String.format(Locale.ROOT, "%,d", n)),
                task("percent")
                        .describedAs("""
                        Write the decimal as a percentage.
                        to %
                        Please convert the fraction of one to percent.
                        How many percent is this?
                        Multiply by 100 and add the percent sign.
                        0.5 -> 50%
                        Express it in per cent.
                        Give the percentage with the sign, no space.
                        """)
                        .from(
                                Domain.range(1, 999).filter(n -> n % 10 != 0),
                                n -> "0." + String.format(Locale.ROOT, "%03d", n),
                                n -> n / 10 + "." + n % 10 + "%"),
                task("word-problem")
                        .describedAs("""
                        Solve the word problem. Answer with a number.
                        how many in the end?
                        Read the little story and give the result in digits.
                        Please work out how many there are now.
                        Calculate what is left or what there is in total.
                        Number after the change, digits only.
                        What is the final count?
                        Do the sum that the sentence describes.
                        """)
                        .from(Domain.drawn(NumberTasks::story), Story::text, Story::result));
    }

    private static String text(int... numbers) {
        return Arrays.stream(numbers).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    }

    private static int digitSum(int n) {
        return n < 10 ? n : n % 10 + digitSum(n / 10);
    }

    private static TaskRecipe pairs(String name, IntBinaryOperator operator, int most, String descriptions) {
        Domain<int[]> pairs =
                Domain.drawn(random -> new int[] {random.nextInt(1, most + 1), random.nextInt(1, most + 1)});
        return task(name)
                .describedAs(descriptions)
                .from(pairs, NumberTasks::text, p -> Integer.toString(operator.applyAsInt(p[0], p[1])));
    }

    private static TaskRecipe one(String name, Domain<Integer> domain, IntUnaryOperator operator, String descriptions) {
        return task(name)
                .describedAs(descriptions)
                .from(domain, Object::toString, n -> Integer.toString(operator.applyAsInt(n)));
    }

    private record Story(String text, String result) {
        static Story of(int result, String text, Object... values) {
            return new Story(String.format(Locale.ROOT, text, values), Integer.toString(result));
        }
    }

    private static Story story(RandomGenerator random) {
        String who = Domain.pick(random, PEOPLE);
        String what = Domain.pick(random, THINGS);
        int had = random.nextInt(10, 60);
        int change = random.nextInt(2, 10);
        return switch (random.nextInt(5)) {
            case 0 -> Story.of(had + change, "%s has %d %s and gets %d more.", who, had, what, change);
            case 1 -> Story.of(had - change, "%s had %d %s and lost %d.", who, had, what, change);
            case 2 -> Story.of(had + change, "%s buys %d %s. %d were there before.", who, change, what, had);
            case 3 -> Story.of(had - change, "Of %d %s, %s sells %d.", had, what, who, change);
            default -> Story.of(had - change, "%s gives away %d of %d %s.", who, change, had, what);
        };
    }
}
