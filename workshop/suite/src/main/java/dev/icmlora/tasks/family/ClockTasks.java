package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

import com.ibm.icu.text.RuleBasedNumberFormat;
import com.ibm.icu.util.ULocale;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.TaskFamily;

/// Times of the day and spans of time.
final class ClockTasks {

    private static final RuleBasedNumberFormat WORDS =
            new RuleBasedNumberFormat(ULocale.ENGLISH, RuleBasedNumberFormat.SPELLOUT);
    private static final DateTimeFormatter TWELVE_HOUR = DateTimeFormatter.ofPattern("h:mm a", Locale.ENGLISH);
    private static final Domain<LocalTime> TIMES =
            Domain.range(0, 24 * 60 - 1).map(minute -> LocalTime.ofSecondOfDay(minute * 60L));
    private static final Domain<LocalTime> FIVES =
            Domain.range(0, 24 * 12 - 1).map(step -> LocalTime.ofSecondOfDay(step * 300L));

    private ClockTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "clock",
                task("to-12-hour", TIMES, ClockTasks::twelveHour),
                task("to-24-hour", TIMES, ClockTasks::twelveHour, LocalTime::toString),
                task("hour", TIMES, LocalTime::getHour),
                task("minute", TIMES, LocalTime::getMinute),
                task("one-hour-later", TIMES, time -> time.plusHours(1)),
                task("half-hour-later", TIMES, time -> time.plusMinutes(30)),
                task("ten-minutes-earlier", TIMES, time -> time.minusMinutes(10)),
                task("part-of-day", TIMES, time -> partOfDay(time.getHour())).evenly(),
                task("in-words", FIVES, ClockTasks::spoken),
                task("minutes-to-hours", Domain.range(61, 600), n -> n + " min", n -> n / 60 + " h " + n % 60 + " min"),
                task(
                        "seconds-to-clock",
                        Domain.range(60, 660),
                        n -> n + " s",
                        n -> String.format(Locale.ROOT, "%d:%02d", n / 60, n % 60)),
                task("compact", TIMES, DateTimeFormatter.ofPattern("HHmm 'hours'", Locale.ROOT)::format));
    }

    private static String twelveHour(LocalTime time) {
        return Text.lower(TWELVE_HOUR.format(time));
    }

    private static String partOfDay(int hour) {
        if (hour < 5 || hour >= 22) {
            return "night";
        }
        return hour < 12 ? "morning" : hour < 17 ? "afternoon" : "evening";
    }

    private static String spoken(LocalTime time) {
        int minute = time.getMinute();
        if (minute == 0) {
            return hour(time) + " o'clock";
        }
        return minute <= 30
                ? span(minute) + " past " + hour(time)
                : span(60 - minute) + " to " + hour(time.plusHours(1));
    }

    private static String hour(LocalTime time) {
        return WORDS.format((time.getHour() + 11) % 12 + 1);
    }

    private static String span(int minutes) {
        return switch (minutes) {
            case 15 -> "quarter";
            case 30 -> "half";
            default -> WORDS.format(minutes);
        };
    }
}
