package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.time.LocalTime;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

import com.ibm.icu.text.RuleBasedNumberFormat;
import com.ibm.icu.util.ULocale;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Times of the day and spans of time.
final class ClockTasks implements TaskFamily {

    private static final RuleBasedNumberFormat WORDS =
            new RuleBasedNumberFormat(ULocale.ENGLISH, RuleBasedNumberFormat.SPELLOUT);
    private static final Domain<LocalTime> TIMES =
            Domain.range(0, 24 * 60 - 1).map(minute -> LocalTime.ofSecondOfDay(minute * 60L));
    private static final Domain<LocalTime> FIVES =
            Domain.range(0, 24 * 12 - 1).map(step -> LocalTime.ofSecondOfDay(step * 300L));

    @Override
    public String name() {
        return "clock";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                ofTime("to-12-hour", ClockTasks::twelveHour, """
                        Write the time on the 12-hour clock, like "3:05 pm".
                        24h -> am/pm
                        Please convert the time to am or pm.
                        How would an American say this time?
                        Use the twelve-hour clock.
                        hh:mm to h:mm am/pm
                        Rewrite the railway time with am and pm.
                        What does this read on a dial, with am or pm added?
                        """),
                task("to-24-hour").describedAs("""
                        Write the time on the 24-hour clock, like 15:05.
                        am/pm -> 24h
                        Please convert the time to the 24-hour form.
                        How would a railway timetable print this time?
                        Use the twenty-four-hour clock, two digits for the hour.
                        h:mm am/pm to hh:mm
                        Military style with a colon.
                        Get rid of am and pm.
                        """).from(TIMES, ClockTasks::twelveHour, LocalTime::toString),
                ofTime("hour", time -> Integer.toString(time.getHour()), """
                        Which hour is it?
                        hour only, no leading zero
                        Extract the hour from the time as a plain number.
                        Please drop the minutes.
                        Give the number before the colon.
                        How many full hours since midnight?
                        Return the hour of the day.
                        Truncate to the hour, digits only.
                        """),
                ofTime("minute", time -> Integer.toString(time.getMinute()), """
                        How many minutes past the hour is it?
                        minutes only, no leading zero
                        Extract the minutes from the time as a plain number.
                        Please drop the hour.
                        Give the number after the colon.
                        Where does the long hand point, in minutes?
                        Return the minute of the hour.
                        Minutes since the last full hour.
                        """),
                ofTime("one-hour-later", time -> time.plusHours(1).toString(), """
                        What time is it one hour later?
                        + 1 h
                        Add an hour to the time.
                        Please move the clock one hour forward.
                        Summer time begins: what does the clock show?
                        Same minutes, next hour.
                        A one-hour meeting starts now. When does it end?
                        Shift the time by sixty minutes, forward.
                        """),
                ofTime("half-hour-later", time -> time.plusMinutes(30).toString(), """
                        What time is it half an hour later?
                        + 30 min
                        Add thirty minutes to the time.
                        Please move the clock half an hour forward.
                        The cake needs 30 minutes from now. When is it ready?
                        Shift the time by thirty minutes.
                        Half an hour from this time is ...?
                        When does a half-hour show that starts now end?
                        """),
                ofTime("ten-minutes-earlier", time -> time.minusMinutes(10).toString(), """
                        What time is it ten minutes earlier?
                        - 10 min
                        Subtract ten minutes from the time.
                        Please move the clock ten minutes back.
                        I must be there ten minutes before this time. When?
                        Shift the time back by ten.
                        The clock is ten minutes fast; what is the real time?
                        Ten minutes ago it was ...?
                        """),
                task("part-of-day")
                        .describedAs("""
                        Which part of the day is it? 5-12 morning, 12-17 afternoon, 17-22 evening, else night.
                        morning / afternoon / evening / night
                        Please say whether it is morning, afternoon, evening or night.
                        Classify the time by part of the day.
                        Good morning, good afternoon, good evening or good night? Answer with the part of day.
                        What do people call this time of the day?
                        Name the part of the day.
                        Sort the time into one of four parts of the day.
                        """)
                        .from(TIMES, LocalTime::toString, time -> partOfDay(time.getHour()))
                        .evenly(),
                task("in-words").describedAs("""
                        Say the time in words, like "twenty past three" or "quarter to four".
                        time -> spoken English
                        How do you read this time aloud, with past and to?
                        Please tell me the time as people say it.
                        Speak the time: minutes, past or to, hour.
                        Someone asks what time it is. Answer in words.
                        Twelve-hour words for the time, "o'clock" on the full hour.
                        Write the time the way a grandfather would say it.
                        """).from(FIVES, LocalTime::toString, ClockTasks::spoken),
                task("minutes-to-hours")
                        .describedAs("""
                        Write the minutes as hours and minutes, like "2 h 5 min".
                        min -> h min
                        Please break the minutes down into hours and minutes.
                        How long is the film in hours and minutes?
                        Convert the duration.
                        Divide by sixty: hours, then the rest in minutes.
                        Express this span in h and min.
                        Running time in hours and minutes?
                        """)
                        .from(Domain.range(61, 600), n -> n + " min", n -> n / 60 + " h " + n % 60 + " min"),
                task("seconds-to-clock")
                        .describedAs("""
                        Write the seconds as m:ss.
                        s -> m:ss
                        Please convert the seconds to minutes and seconds with a colon.
                        How does a music player show this duration?
                        Stopwatch format of the seconds.
                        Divide by sixty and write m:ss.
                        Length of the song, like 3:07?
                        Turn seconds into a running-time display.
                        """)
                        .from(
                                Domain.range(60, 660),
                                n -> n + " s",
                                n -> String.format(Locale.ROOT, "%d:%02d", n / 60, n % 60)),
                ofTime(
                        "compact",
                        time -> String.format(Locale.ROOT, "%02d%02d hours", time.getHour(), time.getMinute()),
                        """
                        Write the time in military form, like "1430 hours".
                        military time
                        Please drop the colon and add "hours".
                        How would a soldier write this time?
                        Four digits and the word hours.
                        hh:mm -> hhmm hours
                        Report the time as the army does.
                        Zulu-style notation without the zone.
                        """));
    }

    private static TaskRecipe ofTime(String name, Function<LocalTime, String> output, String descriptions) {
        return task(name).describedAs(descriptions).from(TIMES, LocalTime::toString, output);
    }

    private static String twelveHour(LocalTime time) {
        return String.format(
                Locale.ROOT, "%d:%02d %s", dial(time.getHour()), time.getMinute(), time.getHour() < 12 ? "am" : "pm");
    }

    private static int dial(int hour) {
        return (hour + 11) % 12 + 1;
    }

    private static String partOfDay(int hour) {
        if (hour < 5 || hour >= 22) {
            return "night";
        }
        return hour < 12 ? "morning" : hour < 17 ? "afternoon" : "evening";
    }

    private static String spoken(LocalTime time) {
        String now = WORDS.format(dial(time.getHour()));
        String next = WORDS.format(dial(time.getHour() + 1));
        int minute = time.getMinute();
        if (minute == 0) {
            return now + " o'clock";
        }
        return minute <= 30 ? span(minute) + " past " + now : span(60 - minute) + " to " + next;
    }

    private static String span(int minutes) {
        return switch (minutes) {
            case 15 -> "quarter";
            case 30 -> "half";
            default -> WORDS.format(minutes);
        };
    }
}
