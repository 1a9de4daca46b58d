package dev.icmlora.evaluation;

import java.util.Locale;

/// How the report writes figures.
final class Figures {
    private Figures() {}

    static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    /// @param pattern of the value and the two ends of its interval
    static String interval(String pattern, PairedBootstrap figure) {
        return format(pattern, figure.value(), figure.low(), figure.high());
    }

    static String code(Condition condition) {
        return "`" + condition + "`";
    }
}
