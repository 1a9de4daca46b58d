package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.Locale;

import com.ibm.icu.text.MeasureFormat;
import com.ibm.icu.util.Measure;
import com.ibm.icu.util.MeasureUnit;
import com.ibm.icu.util.ULocale;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Quantities with units, and sums of money.
final class UnitTasks implements TaskFamily {

    private record Unit(String sign, MeasureUnit measure, String kind) {}

    private record Quantity(int value, Unit unit) {

        String sign() {
            return value + " " + unit.sign();
        }

        String in(MeasureFormat language) {
            return language.format(new Measure(value, unit.measure()));
        }
    }

    /// A sum of money in hundredths of its unit.
    private record Price(int cents) {

        String plain() {
            return String.format(Locale.ROOT, "%d.%02d", cents / 100, cents % 100);
        }

        int whole() {
            return cents / 100;
        }

        int rest() {
            return cents % 100;
        }
    }

    private static final List<Unit> UNITS = List.of(
            new Unit("km", MeasureUnit.KILOMETER, "length"),
            new Unit("m", MeasureUnit.METER, "length"),
            new Unit("cm", MeasureUnit.CENTIMETER, "length"),
            new Unit("mm", MeasureUnit.MILLIMETER, "length"),
            new Unit("kg", MeasureUnit.KILOGRAM, "mass"),
            new Unit("g", MeasureUnit.GRAM, "mass"),
            new Unit("mg", MeasureUnit.MILLIGRAM, "mass"),
            new Unit("l", MeasureUnit.LITER, "volume"),
            new Unit("ml", MeasureUnit.MILLILITER, "volume"),
            new Unit("h", MeasureUnit.HOUR, "time"),
            new Unit("min", MeasureUnit.MINUTE, "time"),
            new Unit("s", MeasureUnit.SECOND, "time"),
            new Unit("W", MeasureUnit.WATT, "power"),
            new Unit("kW", MeasureUnit.KILOWATT, "power"),
            new Unit("V", MeasureUnit.VOLT, "voltage"),
            new Unit("Hz", MeasureUnit.HERTZ, "frequency"));
    private static final MeasureFormat AMERICAN = wide(ULocale.US);
    private static final Domain<Quantity> QUANTITIES =
            Domain.drawn(random -> new Quantity(random.nextInt(2, 500), Domain.pick(random, UNITS)));
    private static final Domain<Price> PRICES = Domain.drawn(random -> new Price(random.nextInt(105, 9999)));

    @Override
    public String name() {
        return "units";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                convert("km-to-m", "km", "m", 1000, """
                        Convert kilometres to metres.
                        km -> m
                        How many metres are that?
                        Please give the distance in metres.
                        Multiply by a thousand and change the unit to m.
                        Same length, unit m.
                        Kilometres in, metres out.
                        How far is it in metres?
                        """),
                convert("m-to-cm", "m", "cm", 100, """
                        Convert metres to centimetres.
                        m -> cm
                        How many centimetres are that?
                        Please give the length in centimetres.
                        Multiply by a hundred and change the unit to cm.
                        Same length, unit cm.
                        Metres in, centimetres out.
                        How long is it in centimetres?
                        """),
                convert("cm-to-mm", "cm", "mm", 10, """
                        Convert centimetres to millimetres.
                        cm -> mm
                        How many millimetres are that?
                        Please give the width in millimetres.
                        Multiply by ten and change the unit to mm.
                        Same length, unit mm.
                        Centimetres in, millimetres out.
                        How wide is it in millimetres?
                        """),
                convert("t-to-kg", "t", "kg", 1000, """
                        Convert tonnes to kilograms.
                        t -> kg
                        How many kilograms are that?
                        Please give the weight in kilograms.
                        A tonne is a thousand kilograms. Convert.
                        Same mass, unit kg.
                        Tonnes in, kilograms out.
                        How heavy is it in kilograms?
                        """),
                convert("weeks-to-days", "weeks", "days", 7, 2, 99, """
                        Convert weeks to days.
                        weeks -> days
                        How many days are that?
                        Please give the time in days.
                        Multiply by seven and change the unit to days.
                        Same span, counted in days.
                        Weeks in, days out.
                        How long is it in days?
                        """),
                convert("hours-to-minutes", "hours", "minutes", 60, 2, 99, """
                        Convert hours to minutes.
                        hours -> minutes
                        How many minutes are that?
                        Please give the time in minutes.
                        Multiply by sixty and change the unit to minutes.
                        Same span, counted in minutes.
                        Hours in, minutes out.
                        How long is it in minutes?
                        """),
                convert("dozens", "dozen eggs", "eggs", 12, 1, 99, """
                        How many eggs are that?
                        dozens -> pieces
                        Write the number of eggs instead of dozens.
                        Please resolve the dozens.
                        Multiply by twelve.
                        The recipe counts single eggs. Convert.
                        Dozens in, number of eggs out.
                        A dozen is twelve. Count the eggs.
                        """),
                task("g-to-kg")
                        .describedAs("""
                        Convert grams to kilograms.
                        g -> kg
                        How many kilograms do these grams make?
                        Please give the weight in kilograms, with a decimal point.
                        Divide by a thousand and change the unit to kg.
                        Same mass, unit kg, as a decimal.
                        Grams in, kilograms out.
                        What do the scales show in kilograms?
                        """)
                        .from(
                                Domain.range(101, 9999).filter(n -> n % 10 != 0),
                                n -> n + " g",
                                n -> String.format(Locale.ROOT, "%d.%03d kg", n / 1000, n % 1000)),
                task("mm-to-cm")
                        .describedAs("""
                        Convert millimetres to centimetres.
                        mm -> cm
                        How many centimetres are these millimetres?
                        Please give the length in centimetres, with one decimal.
                        Divide by ten and change the unit to cm.
                        Same length, unit cm, one digit after the point.
                        Millimetres in, centimetres out.
                        What does a ruler show in centimetres?
                        """)
                        .from(
                                Domain.range(11, 999).filter(n -> n % 10 != 0),
                                n -> n + " mm",
                                n -> n / 10 + "." + n % 10 + " cm"),
                task("expand").describedAs("""
                        Write the unit in full.
                        5 kg -> 5 kilograms
                        Please spell out the abbreviation of the unit.
                        What does the unit sign stand for? Keep the number.
                        Replace the unit symbol by its name, plural.
                        No abbreviations, please.
                        Read the measurement aloud, but keep the digits.
                        Long form of the quantity.
                        """).from(QUANTITIES, Quantity::sign, q -> q.in(AMERICAN)),
                task("abbreviate").describedAs("""
                        Abbreviate the unit.
                        5 kilograms -> 5 kg
                        Please use the symbol of the unit.
                        How is this written on a label, in short?
                        Replace the unit's name by its sign.
                        Short form of the quantity.
                        Number plus unit symbol.
                        Write it the way an engineer would, with the SI symbol.
                        """).from(QUANTITIES, q -> q.in(AMERICAN), Quantity::sign),
                task("unit-only")
                        .describedAs("""
                        Which unit is it?
                        unit only
                        Give the unit symbol without the number.
                        Please drop the value.
                        What is measured in here: km, kg, ...?
                        Return the part after the number.
                        Extract the unit.
                        In which unit is the quantity given?
                        """)
                        .from(QUANTITIES, Quantity::sign, q -> q.unit().sign()),
                task("value-only").describedAs("""
                        Give the number without the unit.
                        value only
                        Please drop the unit.
                        What is the numeric value?
                        Strip the unit symbol.
                        Return the part before the unit.
                        Extract the number from the measurement.
                        Just the figure.
                        """).from(QUANTITIES, Quantity::sign, q -> Integer.toString(q.value())),
                task("kind")
                        .describedAs("""
                        What is measured: length, mass, volume, time, power, voltage or frequency?
                        kind of quantity
                        Please name the physical quantity.
                        Classify the measurement by what it measures.
                        Which property does this unit belong to?
                        Is it a length, a mass, a time ...? One word.
                        Name the dimension of the quantity.
                        Sort the measurement into its category.
                        """)
                        .from(QUANTITIES, Quantity::sign, q -> q.unit().kind())
                        .evenly(),
                inLanguage("in-german", ULocale.GERMAN, "German"),
                inLanguage("in-french", ULocale.FRENCH, "French"),
                inLanguage("in-spanish", new ULocale("es"), "Spanish"),
                inLanguage("in-italian", ULocale.ITALIAN, "Italian"),
                task("add-same-unit")
                        .describedAs("""
                        Add the two quantities.
                        sum with unit
                        How much is it together? Keep the unit.
                        Please give the total with its unit.
                        Add the numbers, write the unit once.
                        Both lengths laid end to end: how long?
                        x unit + y unit
                        Total, same unit.
                        """)
                        .from(
                                Domain.drawn(random -> {
                                    Unit unit = Domain.pick(random, UNITS);
                                    return List.of(
                                            new Quantity(random.nextInt(1, 50), unit),
                                            new Quantity(random.nextInt(1, 50), unit));
                                }),
                                pair -> pair.getFirst().sign() + " and "
                                        + pair.getLast().sign(),
                                pair -> new Quantity(
                                                pair.getFirst().value()
                                                        + pair.getLast().value(),
                                                pair.getFirst().unit())
                                        .sign()),
                task("dollars-to-cents").describedAs("""
                        Convert the price to cents.
                        $ -> cents
                        How many cents are that?
                        Please write the amount as a whole number of cents.
                        Price in dollars in, "... cents" out.
                        Remove the decimal point: the amount in cents.
                        Store the price as an integer, in cents.
                        Count it in the smallest coin.
                        """).from(PRICES, p -> "$" + p.plain(), p -> p.cents() + " cents"),
                task("price-in-words")
                        .describedAs("""
                        Say the price, like "3 dollars and 20 cents".
                        $3.20 -> 3 dollars and 20 cents
                        How do you read this price aloud?
                        Please write dollars and cents as words with digits.
                        Split the amount into dollars and cents.
                        What does the cashier say?
                        Expand the dollar sign.
                        Full form of the price, numbers as digits.
                        """)
                        .from(
                                PRICES.filter(p -> p.whole() > 1 && p.rest() > 1),
                                p -> "$" + p.plain(),
                                p -> p.whole() + " dollars and " + p.rest() + " cents"),
                task("price-to-symbol")
                        .describedAs("""
                        Write the price with a dollar sign.
                        3 dollars and 20 cents -> $3.20
                        Please put the amount on a price tag.
                        How is this sum written in figures?
                        Short form of the price, two decimals.
                        Dollar sign, dollars, point, cents.
                        Format the amount of money.
                        Turn the spoken price into $x.yy.
                        """)
                        .from(
                                PRICES.filter(p -> p.whole() > 1 && p.rest() > 1),
                                p -> p.whole() + " dollars and " + p.rest() + " cents",
                                p -> "$" + p.plain()),
                task("price-german")
                        .describedAs("""
                        Write the price the German way, with a comma and the euro sign at the end.
                        3.20 EUR -> 3,20 €
                        Please localise the amount for Germany.
                        How does this price look in a shop in Berlin?
                        Decimal comma, then a space and €.
                        Format the sum for German readers.
                        Change the point into a comma and EUR into a sign behind it.
                        German price tag for this amount?
                        """)
                        .from(PRICES, p -> p.plain() + " EUR", p -> p.plain().replace('.', ',') + " €"),
                task("round-price")
                        .describedAs("""
                        Round the price up to whole dollars.
                        ceil
                        What is the next full dollar amount?
                        Please give the price in whole dollars, rounded up.
                        Which banknote amount covers it, to the dollar?
                        Drop the cents and add one dollar.
                        Up to the next dollar, with the sign.
                        How many dollars must I bring at least?
                        """)
                        .from(PRICES.filter(p -> p.rest() > 0), p -> "$" + p.plain(), p -> "$" + (p.whole() + 1)));
    }

    private static TaskRecipe convert(String name, String from, String to, int factor, String descriptions) {
        return convert(name, from, to, factor, 1, 400, descriptions);
    }

    private static TaskRecipe convert(
            String name, String from, String to, int factor, int least, int most, String descriptions) {
        return task(name)
                .describedAs(descriptions)
                .from(Domain.range(least, most), n -> n + " " + from, n -> n * factor + " " + to);
    }

    private static MeasureFormat wide(ULocale language) {
        return MeasureFormat.getInstance(language, MeasureFormat.FormatWidth.WIDE);
    }

    private static TaskRecipe inLanguage(String name, ULocale language, String languageName) {
        MeasureFormat format = wide(language);
        return task(name)
                .describedAs("""
                        Write the quantity in {}, with the unit in full.
                        5 hours -> {}
                        How do you say this measurement in {}?
                        Please translate the unit into {} and keep the number.
                        {} name of the unit, with the number in front.
                        What would a {} recipe or manual say?
                        Put the amount into {}.
                        Localise the measurement for readers of {}.
                        """.replace("{}", languageName))
                .from(QUANTITIES, q -> q.in(AMERICAN), q -> q.in(format));
    }
}
