package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.time.LocalDate;
import java.time.MonthDay;
import java.time.Year;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

import com.ibm.icu.text.DateFormat;
import com.ibm.icu.text.DateFormatSymbols;
import com.ibm.icu.util.TimeZone;
import com.ibm.icu.util.ULocale;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Calendar dates: their forms, their parts, and days of the year in other languages.
final class DateTasks implements TaskFamily {

    private record Tongue(String code, String name) {}

    private static final List<Tongue> TONGUES = List.of(
            new Tongue("de", "German"),
            new Tongue("fr", "French"),
            new Tongue("es", "Spanish"),
            new Tongue("it", "Italian"),
            new Tongue("nl", "Dutch"),
            new Tongue("pl", "Polish"));
    private static final List<Tongue> READ_BACK = TONGUES.subList(0, 3);
    private static final String[] MONTHS = new DateFormatSymbols(ULocale.ENGLISH).getMonths();

    private static final Domain<LocalDate> DATES =
            Domain.drawn(random -> LocalDate.of(1950, 1, 1).plusDays(random.nextInt(100 * 365)));
    private static final Domain<LocalDate> DAYS_OF_YEAR =
            Domain.of(Stream.iterate(LocalDate.of(2024, 1, 1), d -> d.getYear() == 2024, d -> d.plusDays(1))
                    .toList());

    @Override
    public String name() {
        return "dates";
    }

    @Override
    public List<TaskRecipe> tasks() {
        List<TaskRecipe> tasks = new ArrayList<>(forms());
        tasks.addAll(parts());
        tasks.addAll(steps());
        for (Tongue tongue : TONGUES) {
            tasks.add(task("day-in-" + slug(tongue))
                    .describedAs("""
                    Write the day in {}.
                    English date -> {}
                    How do you write this date in {}?
                    Please translate the day and the month into {}.
                    Put the date into {} for an invitation.
                    What does a {} calendar call this day?
                    {} date, nothing else.
                    Convert the day of the year to {}.
                    """.replace("{}", tongue.name()))
                    .from(DAYS_OF_YEAR, DateTasks::day, dayIn(tongue)));
        }
        for (Tongue tongue : READ_BACK) {
            tasks.add(task("day-from-" + slug(tongue))
                    .describedAs("""
                    The date is in {}. Write it in English, like "5 March".
                    {} date -> English
                    Which day is this {} date?
                    Please translate the {} date into English.
                    English for this day from a {} calendar?
                    A letter in {} has this date. Say it in English.
                    Read the {} day and month, answer in English.
                    Turn the {} date into day and English month.
                    """.replace("{}", tongue.name()))
                    .from(DAYS_OF_YEAR, dayIn(tongue), DateTasks::day));
        }
        return List.copyOf(tasks);
    }

    private static List<TaskRecipe> forms() {
        return List.of(
                ofDate("iso-to-long", DateTasks::spelled, """
                        Write the date in words, like "5 March 2024".
                        yyyy-mm-dd -> d Month yyyy
                        Please spell out the month of this date.
                        Turn the ISO date into a readable one.
                        How would you write this date in a letter?
                        Day, month name, year.
                        Make the date human-friendly, British order.
                        Which day is that, written out?
                        """),
                ofDate(
                        "iso-to-us",
                        date -> two(date.getMonthValue()) + "/" + two(date.getDayOfMonth()) + "/" + date.getYear(),
                        """
                        Write the date the American way: MM/DD/YYYY.
                        ISO -> US
                        Please convert the date to month/day/year with slashes.
                        How is this date written on an American form?
                        mm/dd/yyyy
                        Reorder it for the United States.
                        Month first, then day, then year, slashes between.
                        US date format, two digits for month and day.
                        """),
                ofDate(
                        "iso-to-british",
                        date -> two(date.getDayOfMonth()) + "/" + two(date.getMonthValue()) + "/" + date.getYear(),
                        """
                        Write the date the British way: DD/MM/YYYY.
                        ISO -> UK
                        Please convert the date to day/month/year with slashes.
                        How is this date written on a British form?
                        dd/mm/yyyy
                        Reorder it for the United Kingdom.
                        Day first, then month, then year, slashes between.
                        UK date format, two digits for day and month.
                        """),
                ofDate(
                        "iso-to-dotted",
                        date -> date.getDayOfMonth() + "." + date.getMonthValue() + "." + date.getYear(),
                        """
                        Write the date with dots and without leading zeros: D.M.YYYY.
                        ISO -> dotted
                        Please convert the date to the short German form.
                        How is this date written with points, day first?
                        d.m.yyyy
                        Central European date, no zeros in front.
                        Day, month, year with full stops between.
                        Turn 2024-03-05 style into 5.3.2024 style.
                        """),
                ofDate(
                        "iso-to-compact",
                        date -> String.format(
                                Locale.ROOT,
                                "%d%s%s",
                                date.getYear(),
                                two(date.getMonthValue()),
                                two(date.getDayOfMonth())),
                        """
                        Write the date without separators: YYYYMMDD.
                        remove the dashes
                        Please compress the date to eight digits.
                        How does the date look in a file name without hyphens?
                        yyyymmdd
                        Basic ISO format instead of the extended one.
                        Join year, month and day.
                        Eight digits, year first.
                        """),
                ofDate(
                        "iso-to-month-day",
                        date -> MONTHS[date.getMonthValue() - 1] + " " + NumberWordTasks.ordinal(date.getDayOfMonth()),
                        """
                        Write month and day, with an ordinal: "March 5th".
                        ISO -> Month nth
                        Please say which day of which month it is, like "June 1st".
                        How would you announce this birthday?
                        Drop the year and write the month, then the day as an ordinal.
                        Month name plus ordinal day.
                        On which day do we celebrate? Answer like "May 2nd".
                        American style day of the year, in words and ordinal.
                        """),
                task("long-to-iso").describedAs("""
                        Write the date in ISO format: YYYY-MM-DD.
                        d Month yyyy -> yyyy-mm-dd
                        Please make the date machine-readable.
                        How is this date written in ISO 8601?
                        Year, month, day as digits with dashes.
                        Normalise the date for a database.
                        Turn the written date into digits, year first.
                        Sortable form of the date.
                        """).from(DATES, DateTasks::spelled, LocalDate::toString),
                task("us-to-iso")
                        .describedAs("""
                        The date is American. Write it in ISO format.
                        mm/dd/yyyy -> yyyy-mm-dd
                        Please rewrite month/day/year as year-month-day.
                        Convert from the US form to the international one.
                        Which ISO date is this American date?
                        Fix the order: year first, dashes instead of slashes.
                        Normalise this US date.
                        From 12/31/1999 style to 1999-12-31 style.
                        """)
                        .from(
                                DATES,
                                date -> two(date.getMonthValue()) + "/" + two(date.getDayOfMonth()) + "/"
                                        + date.getYear(),
                                LocalDate::toString));
    }

    private static List<TaskRecipe> parts() {
        return List.of(
                ofDate("year", date -> Integer.toString(date.getYear()), """
                        Which year is it?
                        year only
                        Extract the year from the date.
                        Please give me the four digits of the year.
                        In what year was that?
                        Drop month and day.
                        First field of the date.
                        Return the year part.
                        """),
                ofDate("day", date -> Integer.toString(date.getDayOfMonth()), """
                        Which day of the month is it?
                        day only, no leading zero
                        Extract the day from the date as a plain number.
                        Please give me just the day.
                        On what day of its month was that?
                        Drop year and month.
                        Last field of the date, without a zero in front.
                        Return the day-of-month.
                        """),
                ofDate("month-name", date -> MONTHS[date.getMonthValue() - 1], """
                        Which month is it? Answer with its name.
                        month in words
                        Extract the month from the date and name it.
                        Please tell me the month's name.
                        In what month was that?
                        Turn the middle part into a month name.
                        Name of the month, in English.
                        Which calendar page would show this date?
                        """),
                ofDate(
                        "month-short",
                        date -> MONTHS[date.getMonthValue() - 1].substring(0, 3).toUpperCase(Locale.ROOT),
                        """
                        Give the month as three capital letters.
                        month, MMM upper case
                        Abbreviate the month: JAN, FEB, ...
                        Please stamp the month in short capitals.
                        Which three letters stand for the month?
                        Short month code of the date.
                        Like a passport stamp: the month in three capitals.
                        MON of the date.
                        """),
                ofDate("quarter", date -> "Q" + ((date.getMonthValue() + 2) / 3), """
                        In which quarter of the year is the date? Answer Q1 to Q4.
                        quarter
                        Please assign the date to its quarter.
                        Q1, Q2, Q3 or Q4?
                        Which quarter's report covers this date?
                        Group by quarter.
                        January to March is Q1. And this?
                        Return the fiscal quarter, calendar-year based.
                        """)
                        .evenly(),
                ofDate(
                                "season",
                                date -> List.of("winter", "spring", "summer", "autumn")
                                        .get(date.getMonthValue() % 12 / 3),
                                """
                        Which season is it in the northern hemisphere? December begins winter, March spring.
                        season by month
                        Please name the season of the date in Europe, whole months.
                        spring, summer, autumn or winter?
                        Classify the date by season.
                        What time of the year is it, north of the equator?
                        Meteorological season of the date.
                        Would it be winter, spring, summer or autumn in Paris?
                        """)
                        .evenly(),
                ofDate("month-and-year", date -> two(date.getMonthValue()) + "/" + date.getYear(), """
                        Give month and year as MM/YYYY.
                        mm/yyyy
                        Please drop the day and put the month before the year.
                        How would this be printed as an expiry date with a four-digit year?
                        Month slash year.
                        Only month and year, in digits.
                        Shorten the date to its month: 07/1999 style.
                        Bill period of the date: month/year.
                        """),
                ofDate("short-year", date -> "'" + two(date.getYear() % 100), """
                        Give the year in short form, like '98.
                        'yy
                        Please abbreviate the year with an apostrophe and two digits.
                        How do people shorten this year?
                        Two-digit year with an apostrophe in front.
                        Class of ...? Answer like '05.
                        Apostrophe and the last two digits of the year.
                        Only the end of the year, after an apostrophe.
                        """));
    }

    private static List<TaskRecipe> steps() {
        return List.of(
                ofDate("next-day", date -> date.plusDays(1).toString(), """
                        Which date is the day after?
                        tomorrow
                        Add one day to the date.
                        Please give the following date in the same format.
                        If today is this date, what is tomorrow's?
                        date + 1
                        Move one day forward.
                        Next day, ISO format.
                        """),
                ofDate("previous-day", date -> date.minusDays(1).toString(), """
                        Which date is the day before?
                        yesterday
                        Subtract one day from the date.
                        Please give the preceding date in the same format.
                        If today is this date, what was yesterday's?
                        date - 1
                        Move one day back.
                        Previous day, ISO format.
                        """),
                ofDate("next-year", date -> date.plusYears(1).toString(), """
                        Which date is one year later?
                        + 1 year
                        Move the date one year forward.
                        Please give the first anniversary.
                        Add a year, keep month and day.
                        When does a one-year contract from this date end?
                        Same day next year.
                        Increase the year by one.
                        """),
                ofDate("first-of-month", date -> date.withDayOfMonth(1).toString(), """
                        Give the first day of that month.
                        start of month
                        Please replace the day by the first.
                        On which date did this month begin?
                        Set the day to 01.
                        Truncate the date to the month.
                        Beginning of the same month, ISO format.
                        Round the date down to its month.
                        """),
                task("leap-year")
                        .describedAs("""
                        Is it a leap year? Answer yes or no.
                        leap year? yes/no
                        Please tell me whether February has 29 days in this year.
                        Does this year have 366 days?
                        yes for a leap year, no otherwise
                        Check the year against the leap year rule.
                        Is there a 29 February in that year?
                        Can the year be divided by four as the calendar demands?
                        """)
                        .from(Domain.range(1600, 2399).map(Year::of), Year::toString, y -> y.isLeap() ? "yes" : "no")
                        .evenly());
    }

    private static TaskRecipe ofDate(String name, Function<LocalDate, String> output, String descriptions) {
        return task(name)
                .describedAs(descriptions)
                .from(DATES.filter(date -> !isLeapDay(date)), LocalDate::toString, output);
    }

    private static boolean isLeapDay(LocalDate date) {
        return MonthDay.from(date).equals(MonthDay.of(2, 29));
    }

    private static String spelled(LocalDate date) {
        return day(date) + " " + date.getYear();
    }

    private static String day(LocalDate date) {
        return date.getDayOfMonth() + " " + MONTHS[date.getMonthValue() - 1];
    }

    private static Function<LocalDate, String> dayIn(Tongue tongue) {
        DateFormat format = DateFormat.getInstanceForSkeleton("MMMMd", new ULocale(tongue.code()));
        format.setTimeZone(TimeZone.GMT_ZONE);
        return date -> format.format(new Date(TimeUnit.DAYS.toMillis(date.toEpochDay())));
    }

    private static String two(int n) {
        return n < 10 ? "0" + n : Integer.toString(n);
    }

    private static String slug(Tongue tongue) {
        return tongue.name().toLowerCase(Locale.ROOT);
    }
}
