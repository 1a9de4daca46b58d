package dev.icmlora.engine.selection;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The numbers that selection and confidence depend on. `icm-lora calibrate` fits them for a generator, on validation
/// tasks and on examples of training tasks that training held back, and writes them into its file; held-out tasks have
/// no say.
///
/// @param confidence how sure the answers of a tuned task are
/// @param familiarity that decides without tuning
/// @param answers how sure a single answer of a tuned task is; empty for a generator to which that was not fitted
/// @param labels the same of an answer that is one of some labels; empty where `answers` is
public record Calibration(
        Confidence confidence,
        Familiarity familiarity,
        Optional<AnswerConfidence> answers,
        Optional<LabelConfidence> labels) {

    /// For a generator that was not calibrated: what was fitted to the default generator on 26 November 2026.
    public static final Calibration DEFAULT = new Calibration(
            new Confidence(-3.65, 1.93, 3.93), new Familiarity(0.66, 0.48, 0.34), Optional.empty(), Optional.empty());

    private static final int NUMBERS = 6;
    private static final int WITH_ANSWERS = 18;

    /// Of a generator's file.
    ///
    /// @param numbers in the order of [#numbers]; none for a generator that was not calibrated
    /// @throws IllegalArgumentException if there are more or fewer
    public static Calibration of(List<Float> numbers) {
        if (numbers.isEmpty()) {
            return DEFAULT;
        }
        if (!List.of(NUMBERS, WITH_ANSWERS).contains(numbers.size())) {
            throw new IllegalArgumentException(
                    "a calibration has %d or %d numbers, the file has %d: calibrate the generator with this version"
                            .formatted(NUMBERS, WITH_ANSWERS, numbers.size()));
        }
        // As they were written: 0.66 and not the double that is nearest to the float.
        var exact = numbers.stream()
                .mapToDouble(number -> Double.parseDouble(number.toString()))
                .toArray();
        var selection = new Calibration(
                new Confidence(exact[0], exact[1], exact[2]),
                new Familiarity(exact[3], exact[4], exact[5]),
                Optional.empty(),
                Optional.empty());
        return exact.length < WITH_ANSWERS
                ? selection
                : selection.withAnswers(
                        new AnswerConfidence(exact[6], exact[7], exact[8], exact[9], exact[10], exact[11]),
                        new LabelConfidence(exact[12], exact[13], exact[14], exact[15], exact[16], exact[17]));
    }

    /// The same with other curves for answers.
    ///
    /// @param ofLabels for those that are one of some labels
    public Calibration withAnswers(AnswerConfidence ofTexts, LabelConfidence ofLabels) {
        return new Calibration(confidence, familiarity, Optional.of(ofTexts), Optional.of(ofLabels));
    }

    /// As a generator's file holds them.
    public List<Float> numbers() {
        var numbers = new ArrayList<>(List.of(
                (float) confidence.intercept(),
                (float) confidence.before(),
                (float) confidence.after(),
                (float) familiarity.near(),
                (float) familiarity.known(),
                (float) familiarity.unknown()));
        answers.ifPresent(curve -> numbers.addAll(List.of(
                (float) curve.intercept(),
                (float) curve.probability(),
                (float) curve.length(),
                (float) curve.after(),
                (float) curve.agreed(),
                (float) curve.differed())));
        labels.ifPresent(curve -> numbers.addAll(List.of(
                (float) curve.intercept(),
                (float) curve.share(),
                (float) curve.number(),
                (float) curve.after(),
                (float) curve.agreed(),
                (float) curve.differed())));
        return List.copyOf(numbers);
    }
}
