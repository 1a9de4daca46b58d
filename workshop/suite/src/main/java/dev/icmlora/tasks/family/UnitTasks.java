package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.Domain.pick;
import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

import com.ibm.icu.text.MeasureFormat;
import com.ibm.icu.util.Measure;
import com.ibm.icu.util.MeasureUnit;
import com.ibm.icu.util.ULocale;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.TaskFamily;

/// Quantities with units, and sums of money.
final class UnitTasks {

    private record Unit(String sign, MeasureUnit measure, String kind) {}

    private record Quantity(int value, Unit unit) {

        @Override
        public String toString() {
            return value + " " + unit.sign();
        }
    }

    /// A sum of money in hundredths of its unit.
    private record Price(int cents) {

        String amount() {
            return String.format(Locale.ROOT, "%d.%02d", dollars(), rest());
        }

        int dollars() {
            return cents / 100;
        }

        int rest() {
            return cents % 100;
        }

        String words() {
            return dollars() + " dollars and " + rest() + " cents";
        }

        @Override
        public String toString() {
            return "$" + amount();
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
    private static final Function<Quantity, String> AMERICAN = in(ULocale.US);
    private static final Domain<Quantity> QUANTITIES =
            Domain.drawn(random -> new Quantity(random.nextInt(2, 500), pick(random, UNITS)));
    private static final Domain<List<Quantity>> PAIRS = Domain.drawn(random -> {
        Unit unit = pick(random, UNITS);
        return List.of(new Quantity(random.nextInt(1, 50), unit), new Quantity(random.nextInt(1, 50), unit));
    });
    private static final Domain<Integer> TO_400 = Domain.range(1, 400);
    private static final Domain<Price> PRICES = Domain.drawn(random -> new Price(random.nextInt(105, 9999)));
    private static final Domain<Price> PLURAL_PRICES = PRICES.filter(p -> p.dollars() > 1 && p.rest() > 1);

    private UnitTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "units",
                task("km-to-m", TO_400, n -> n + " km", n -> n * 1000 + " m"),
                task("m-to-cm", TO_400, n -> n + " m", n -> n * 100 + " cm"),
                task("cm-to-mm", TO_400, n -> n + " cm", n -> n * 10 + " mm"),
                task("t-to-kg", TO_400, n -> n + " t", n -> n * 1000 + " kg"),
                task("weeks-to-days", Domain.range(2, 99), n -> n + " weeks", n -> n * 7 + " days"),
                task("hours-to-minutes", Domain.range(2, 99), n -> n + " hours", n -> n * 60 + " minutes"),
                task("dozens", Domain.range(1, 99), n -> n + " dozen eggs", n -> n * 12 + " eggs"),
                task(
                        "g-to-kg",
                        Domain.range(101, 9999).filter(n -> n % 10 != 0),
                        n -> n + " g",
                        n -> String.format(Locale.ROOT, "%d.%03d kg", n / 1000, n % 1000)),
                task(
                        "mm-to-cm",
                        Domain.range(11, 999).filter(n -> n % 10 != 0),
                        n -> n + " mm",
                        n -> n / 10 + "." + n % 10 + " cm"),
                task("expand", QUANTITIES, AMERICAN),
                task("abbreviate", QUANTITIES, AMERICAN, quantity -> quantity),
                task("unit-only", QUANTITIES, quantity -> quantity.unit().sign()),
                task("value-only", QUANTITIES, Quantity::value),
                task("kind", QUANTITIES, quantity -> quantity.unit().kind()).evenly(),
                task("in-german", QUANTITIES, AMERICAN, in(ULocale.GERMAN)),
                task("in-french", QUANTITIES, AMERICAN, in(ULocale.FRENCH)),
                task("in-spanish", QUANTITIES, AMERICAN, in(new ULocale("es"))),
                task("in-italian", QUANTITIES, AMERICAN, in(ULocale.ITALIAN)),
                task(
                        "add-same-unit",
                        PAIRS,
                        pair -> pair.getFirst() + " and " + pair.getLast(),
                        pair -> new Quantity(
                                pair.getFirst().value() + pair.getLast().value(),
                                pair.getFirst().unit())),
                task("dollars-to-cents", PRICES, price -> price.cents() + " cents"),
                task("price-in-words", PLURAL_PRICES, Price::words),
                task("price-to-symbol", PLURAL_PRICES, Price::words, price -> price),
                task(
                        "price-german",
                        PRICES,
                        price -> price.amount() + " EUR",
                        price -> price.amount().replace('.', ',') + " €"),
                task("round-price", PRICES.filter(price -> price.rest() > 0), price -> "$" + (price.dollars() + 1)));
    }

    /// Quantities in the words of a language.
    private static Function<Quantity, String> in(ULocale language) {
        MeasureFormat format = MeasureFormat.getInstance(language, MeasureFormat.FormatWidth.WIDE);
        return quantity ->
                format.format(new Measure(quantity.value(), quantity.unit().measure()));
    }
}
