package dev.icmlora.bench;

import java.util.List;
import java.util.stream.IntStream;

/// The same measurement several times.
record Runs(List<Double> values) {

    Runs {
        values = List.copyOf(values);
    }

    double median() {
        var sorted = values.stream().sorted().toList();
        var middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /// The median of one of four parts of equal length.
    ///
    /// @param number of the part, from 1
    double ofQuarter(int number) {
        var length = values.size() / 4;
        return new Runs(values.subList((number - 1) * length, number == 4 ? values.size() : number * length)).median();
    }

    double greatest() {
        return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /// Run by run, so that a machine that became slower meanwhile did so for both.
    Runs dividedBy(Runs others) {
        return new Runs(IntStream.range(0, Math.min(values.size(), others.values.size()))
                .mapToObj(i -> values.get(i) / others.values.get(i))
                .toList());
    }

    /// Such as `12.3 (11.8 to 14.0)`.
    String text() {
        var least = values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        return Row.text("%.2f (%.2f to %.2f)", median(), least, greatest());
    }
}
