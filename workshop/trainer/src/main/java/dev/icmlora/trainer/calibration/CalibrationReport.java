package dev.icmlora.trainer.calibration;

import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.Locale;

import dev.icmlora.engine.Calibration;
import dev.icmlora.engine.auto.AutoMode.Way;
import dev.icmlora.tasks.markdown.MarkdownTable;

/// A fit as a table for people, and the numbers that come of it.
public final class CalibrationReport {

    private CalibrationReport() {}

    /// @return the numbers
    public static Calibration print(SelectionFit fit, PrintWriter out) {
        MarkdownTable table = new MarkdownTable().text("exact match, %").numbers("seen", "validation");
        for (Way way : EnumSet.range(Way.TUNED, Way.SHARED_EXAMPLES)) {
            table.row(name(way), percent(fit.always(true, way)), percent(fit.always(false, way)));
        }
        table.row("best of each task", percent(fit.oracle(true)), percent(fit.oracle(false)));
        Calibration calibration = fit.fit();
        out.println(table);
        out.println(calibration);
        return calibration;
    }

    /// @param labels the fit to answers that are one of some labels
    /// @return the numbers with the curves for answers
    public static Calibration print(Calibration selection, AnswerFit texts, AnswerFit labels, PrintWriter out) {
        Calibration calibration = selection.withAnswers(texts.curve(), labels.curve());
        out.println(answers(texts, "texts"));
        out.println(calibration.texts().orElseThrow());
        out.println(answers(labels, "labels"));
        out.println(calibration.labels().orElseThrow());
        return calibration;
    }

    private static String answers(AnswerFit fit, String what) {
        return "%d %s of tuned validation tasks, %s %% of them right"
                .formatted(fit.observations().size(), what, percent(fit.right()));
    }

    private static String name(Way way) {
        return "always " + way.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }
}
