package dev.icmlora.trainer.calibration;

import java.io.PrintWriter;
import java.util.Locale;

import dev.icmlora.engine.selection.AnswerConfidence;
import dev.icmlora.engine.selection.Calibration;
import dev.icmlora.engine.selection.Way;
import dev.icmlora.tasks.markdown.MarkdownTable;

/// A fit as a table for people, and the numbers that come of it.
public final class CalibrationReport {

    private CalibrationReport() {}

    /// @return the numbers
    public static Calibration print(SelectionFit fit, PrintWriter out) {
        MarkdownTable table = new MarkdownTable().text("exact match, %").numbers("seen", "validation");
        for (Way way : Way.values()) {
            table.row(name(way), percent(fit.always(true, way)), percent(fit.always(false, way)));
        }
        table.row("best of each task", percent(fit.oracle(true)), percent(fit.oracle(false)));
        Calibration calibration = fit.fit();
        out.println(table);
        out.println(calibration);
        return calibration;
    }

    /// @return the curve
    public static AnswerConfidence print(AnswerFit fit, PrintWriter out) {
        AnswerConfidence curve = fit.fit();
        out.println(fit.observations().size() + " answers of tuned validation tasks, " + percent(fit.right())
                + " % of them right");
        out.println(curve);
        return curve;
    }

    private static String name(Way way) {
        return "always " + way.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }
}
