package dev.icmlora.bench;

import java.util.Locale;
import java.util.Optional;

/// One line of the table.
///
/// @param what was measured
/// @param measured the figure, or why there is none
/// @param bar what it is held against
/// @param share how much of the bar is used, 1 for exactly at it, below 1 for held; empty if it was not
/// measured
/// @param detail the figures behind it
record Row(String what, String measured, String bar, Optional<Double> share, String detail) {

    /// @param value may be at most `most`
    static Row atMost(String what, double value, double most, String unit, String detail) {
        return new Row(what, text(value, unit), "≤ " + text(most, unit), Optional.of(value / most), detail);
    }

    /// @param value may be at least `least`
    static Row atLeast(String what, double value, double least, String unit, String detail) {
        return new Row(what, text(value, unit), "≥ " + text(least, unit), Optional.of(least / value), detail);
    }

    static Row skipped(String what, String bar, String why) {
        return new Row(what, "skipped", bar, Optional.empty(), why);
    }

    boolean isHeld() {
        return share.map(used -> used <= 1).orElse(true);
    }

    String verdict() {
        return share.isEmpty() ? "skipped" : isHeld() ? "held" : "not held";
    }

    private static String text(double value, String unit) {
        var digits = value < 10 ? "%.2f" : "%.0f";
        return String.format(Locale.ROOT, digits + " %s", value, unit).strip();
    }
}
