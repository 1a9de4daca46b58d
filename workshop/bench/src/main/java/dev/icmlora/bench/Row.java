package dev.icmlora.bench;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// One line of the table.
///
/// @param what was measured
/// @param measured the figure, or why there is none
/// @param target what it is held against
/// @param share how much of the target is used, 1 for exactly at it, below 1 for held; empty if it was not
/// measured
/// @param detail the figures behind it
record Row(String what, String measured, String target, Optional<Double> share, String detail) {

    private static final String SKIPPED = "skipped";
    private static final String FAILED = "failed";

    /// @param value may be at most `most`
    static Row atMost(String what, double value, double most, String unit, String detail) {
        return new Row(what, text(value, unit), "≤ " + text(most, unit), Optional.of(value / most), detail);
    }

    /// @param value may be at least `least`
    static Row atLeast(String what, double value, double least, String unit, String detail) {
        return new Row(what, text(value, unit), "≥ " + text(least, unit), Optional.of(least / value), detail);
    }

    /// Fails the run where anything was found.
    ///
    /// @param found a description of each
    static Row none(String what, Collection<String> found, String detail) {
        return found.isEmpty()
                ? new Row(what, "0", "none", Optional.of(0.0), detail)
                : failed(what, found.size() + ", such as " + found.iterator().next());
    }

    /// A figure that is held against nothing.
    static Row figure(String what, String measured, String detail) {
        return new Row(what, measured, "", Optional.empty(), detail);
    }

    static Row skipped(String what, String target, String why) {
        return new Row(what, SKIPPED, target, Optional.empty(), why);
    }

    static Row failed(String what, String why) {
        return new Row(what, FAILED, "", Optional.empty(), why);
    }

    boolean isHeld() {
        return share.map(used -> used <= 1).orElse(true);
    }

    boolean isFailed() {
        return measured.equals(FAILED);
    }

    /// Empty for a figure that is held against nothing.
    String verdict() {
        if (share.isPresent()) {
            return isHeld() ? "held" : "not held";
        }
        return measured.equals(SKIPPED) || isFailed() ? measured : "";
    }

    private static String text(double value, String unit) {
        return text((value < 10 ? "%.2f" : "%.0f") + " %s", value, unit).strip();
    }

    /// Formats figures.
    static String text(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
