package dev.icmlora.evaluation;

import java.util.List;
import java.util.Locale;

import dev.icmlora.tasks.markdown.MarkdownTable;

/// A row of a report: what was measured, and whether it is what was wanted.
///
/// @param wanted empty where nothing was
/// @param measured figures with their intervals, or why there are none
record Figure(String what, String wanted, String measured, Verdict verdict) {

    enum Verdict {
        HELD("held"),
        NOT_HELD("**not held**"),
        NOT_MEASURED("not measured"),
        NOT_WANTED("");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        static Verdict of(boolean held) {
            return held ? HELD : NOT_HELD;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /// Of what no target was set for.
    static Figure of(String what, String measured) {
        return new Figure(what, "", measured, Verdict.NOT_WANTED);
    }

    static MarkdownTable table(List<Figure> figures) {
        MarkdownTable table = new MarkdownTable().text("figure", "target", "measured", "");
        figures.forEach(figure -> table.row(figure.what, figure.wanted, figure.measured, figure.verdict.toString()));
        return table;
    }

    static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    /// @param pattern of the value and the two ends of its interval
    static String interval(String pattern, PairedBootstrap figure) {
        return format(pattern, figure.value(), figure.low(), figure.high());
    }
}
