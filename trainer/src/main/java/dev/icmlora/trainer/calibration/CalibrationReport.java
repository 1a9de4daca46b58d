package dev.icmlora.trainer.calibration;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Predicate;

import dev.icmlora.engine.scoring.Calibration;
import dev.icmlora.engine.scoring.Candidate;
import dev.icmlora.engine.scoring.Confidence;
import dev.icmlora.engine.scoring.DecisionRule;
import dev.icmlora.engine.scoring.Familiarity;
import dev.icmlora.engine.scoring.Origin;
import dev.icmlora.engine.scoring.PromptForm;
import dev.icmlora.tasks.markdown.MarkdownTable;

/// A fit as a table for people, and the numbers that come of it.
public final class CalibrationReport {

    private final SelectionFit fit;
    private final PrintWriter out;
    private final MarkdownTable table =
            new MarkdownTable().text("exact match, %").numbers("seen", "validation");

    private CalibrationReport(SelectionFit fit, PrintWriter out) {
        this.fit = fit;
        this.out = out;
    }

    /// @return the numbers
    public static Calibration print(SelectionFit fit, PrintWriter out) {
        return new CalibrationReport(fit, out).print();
    }

    private Calibration print() {
        row("mean, description", c -> SelectionFit.isMean(c, 1, PromptForm.DESCRIPTION));
        row("mean, examples", c -> SelectionFit.isMean(c, 1, PromptForm.EXAMPLES));
        row("B0, description", c -> SelectionFit.isMean(c, 0, PromptForm.DESCRIPTION));
        row("B0, examples", c -> SelectionFit.isMean(c, 0, PromptForm.EXAMPLES));
        row("base, description", c -> isBase(c, PromptForm.DESCRIPTION));
        row("base, examples", c -> isBase(c, PromptForm.EXAMPLES));
        row("best of each task", fit.oracle(true), fit.oracle(false));
        for (double margin : SelectionFit.MARGINS) {
            for (double errors : SelectionFit.ERRORS) {
                rule(new DecisionRule(margin, errors, 0));
            }
        }
        DecisionRule rule = fit.rule();
        for (double enough : SelectionFit.ENOUGH) {
            rule(new DecisionRule(rule.margin(), rule.errors(), enough));
        }
        Familiarity familiarity = fit.familiarity();
        Confidence confidence = fit.confidence(rule, familiarity);
        out.println(table);
        out.println(rule);
        out.println(familiarity);
        out.println(confidence);
        return new Calibration(rule, familiarity, confidence);
    }

    private void rule(DecisionRule rule) {
        String name = String.format(
                Locale.ROOT, "margin %.2f, errors %.1f, enough %.2f", rule.margin(), rule.errors(), rule.enough());
        row(name, fit.chosen(true, rule), fit.chosen(false, rule));
        row(name + ": adapter alone", fit.alone(true, rule), fit.alone(false, rule));
    }

    private static boolean isBase(Candidate candidate, PromptForm form) {
        return candidate.form() == form && candidate.origin() instanceof Origin.Base;
    }

    private void row(String name, Predicate<Candidate> way) {
        row(name, fit.always(true, way), fit.always(false, way));
    }

    private void row(String name, double seen, double validation) {
        table.row(name, percent(seen), percent(validation));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }
}
