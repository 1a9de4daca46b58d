package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.time.LocalDate;
import java.time.MonthDay;
import java.time.Year;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

import com.ibm.icu.text.DateFormat;
import com.ibm.icu.text.RuleBasedNumberFormat;
import com.ibm.icu.util.TimeZone;
import com.ibm.icu.util.ULocale;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Calendar dates: their forms, their parts, and days of the year in other languages.
final class DateTasks {

    private static final Function<LocalDate, String> LONG = form("d MMMM uuuu");
    private static final Function<LocalDate, String> AMERICAN = form("MM/dd/uuuu");
    private static final Function<LocalDate, String> DAY = form("d MMMM");
    private static final Function<LocalDate, String> MONTH = form("MMMM");
    private static final List<String> SEASONS = List.of("winter", "spring", "summer", "autumn");

    private static final Domain<LocalDate> DATES =
            Domain.drawn(random -> LocalDate.of(1950, 1, 1).plusDays(random.nextInt(100 * 365)));
    private static final Domain<LocalDate> NO_LEAP_DAYS =
            DATES.filter(date -> !MonthDay.from(date).equals(MonthDay.of(2, 29)));
    private static final Domain<LocalDate> DAYS_OF_YEAR =
            Domain.of(Stream.iterate(LocalDate.of(2024, 1, 1), d -> d.getYear() == 2024, d -> d.plusDays(1))
                    .toList());

    private DateTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "dates",
                Stream.of(
                                forms(),
                                parts(),
                                steps(),
                                Stream.of("de", "fr", "es", "it", "nl", "pl")
                                        .map(code ->
                                                task("day-in-" + Text.language(code), DAYS_OF_YEAR, DAY, dayIn(code))),
                                Stream.of("de", "fr", "es")
                                        .map(code -> task(
                                                "day-from-" + Text.language(code), DAYS_OF_YEAR, dayIn(code), DAY)))
                        .flatMap(tasks -> tasks)
                        .toArray(TaskRecipe[]::new));
    }

    private static Stream<TaskRecipe> forms() {
        RuleBasedNumberFormat ordinal = new RuleBasedNumberFormat(ULocale.ENGLISH, RuleBasedNumberFormat.ORDINAL);
        return Stream.of(
                task("iso-to-long", NO_LEAP_DAYS, LONG),
                task("iso-to-us", NO_LEAP_DAYS, AMERICAN),
                task("iso-to-british", NO_LEAP_DAYS, form("dd/MM/uuuu")),
                task("iso-to-dotted", NO_LEAP_DAYS, form("d.M.uuuu")),
                task("iso-to-compact", NO_LEAP_DAYS, form("uuuuMMdd")),
                task(
                        "iso-to-month-day",
                        NO_LEAP_DAYS,
                        date -> MONTH.apply(date) + " " + ordinal.format(date.getDayOfMonth())),
                task("long-to-iso", DATES, LONG, LocalDate::toString),
                task("us-to-iso", DATES, AMERICAN, LocalDate::toString));
    }

    private static Stream<TaskRecipe> parts() {
        return Stream.of(
                task("year", NO_LEAP_DAYS, LocalDate::getYear),
                task("day", NO_LEAP_DAYS, LocalDate::getDayOfMonth),
                task("month-name", NO_LEAP_DAYS, MONTH),
                task("month-short", NO_LEAP_DAYS, form("MMM").andThen(Text::upper)),
                task("quarter", NO_LEAP_DAYS, form("QQQ")).evenly(),
                task("season", NO_LEAP_DAYS, date -> SEASONS.get(date.getMonthValue() % 12 / 3))
                        .evenly(),
                task("month-and-year", NO_LEAP_DAYS, form("MM/uuuu")),
                task("short-year", NO_LEAP_DAYS, form("''uu")));
    }

    private static Stream<TaskRecipe> steps() {
        return Stream.of(
                task("next-day", NO_LEAP_DAYS, date -> date.plusDays(1)),
                task("previous-day", NO_LEAP_DAYS, date -> date.minusDays(1)),
                task("next-year", NO_LEAP_DAYS, date -> date.plusYears(1)),
                task("first-of-month", NO_LEAP_DAYS, date -> date.withDayOfMonth(1)),
                task("leap-year", Domain.range(1600, 2399), year -> Year.isLeap(year) ? "yes" : "no")
                        .evenly());
    }

    private static Function<LocalDate, String> form(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH)::format;
    }

    private static Function<LocalDate, String> dayIn(String language) {
        DateFormat format = DateFormat.getInstanceForSkeleton("MMMMd", new ULocale(language));
        format.setTimeZone(TimeZone.GMT_ZONE);
        return date -> format.format(new Date(TimeUnit.DAYS.toMillis(date.toEpochDay())));
    }
}
