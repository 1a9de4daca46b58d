package dev.icmlora.evaluation;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Compares the confidences of some answers with how often they are right.
record Reliability(List<Judged> answers) {
    /// Share of right answers that is asked of those that are kept.
    static final double PRECISION = 0.95;

    private static final int BINS = 10;

    Reliability {
        answers = List.copyOf(answers);
    }

    /// One answer.
    ///
    /// @param confidence that the function says, 0 to 1
    /// @param calibrated whether it says that this was fitted
    record Judged(double confidence, boolean calibrated, boolean right) implements Serializable {}

    /// Answers of like confidence, a tenth of the range.
    ///
    /// @param number from 0 for the least sure
    record Bin(int number, List<Judged> answers) {

        double confidence() {
            return answers.stream().mapToDouble(Judged::confidence).average().orElse(0);
        }

        double right() {
            return answers.stream()
                    .mapToDouble(answer -> answer.right ? 1 : 0)
                    .average()
                    .orElse(0);
        }
    }

    /// All ten, from the least sure on; some may be empty.
    List<Bin> bins() {
        return IntStream.range(0, BINS)
                .mapToObj(number -> new Bin(
                        number,
                        answers.stream().filter(answer -> bin(answer) == number).toList()))
                .toList();
    }

    private static int bin(Judged answer) {
        return Math.clamp((int) (BINS * answer.confidence), 0, BINS - 1);
    }

    /// Expected calibration error: the mean distance between confidence and share of right answers, over bins.
    double error() {
        return bins().stream()
                        .mapToDouble(bin -> bin.answers.size() * Math.abs(bin.confidence() - bin.right()))
                        .sum()
                / answers.size();
    }

    /// Share of the answers that can be kept, the surest first, while so many of those kept are right.
    ///
    /// @param precision share of right answers among those that are kept
    double coverage(double precision) {
        List<Judged> surest = new ArrayList<>(answers);
        surest.sort(Comparator.comparingDouble(Judged::confidence).reversed());
        int right = 0;
        int kept = 0;
        for (int i = 0; i < surest.size(); i++) {
            right += surest.get(i).right ? 1 : 0;
            // No threshold parts answers of the same confidence.
            boolean parts = i + 1 == surest.size() || surest.get(i + 1).confidence < surest.get(i).confidence;
            if (parts && right >= precision * (i + 1)) {
                kept = i + 1;
            }
        }
        return (double) kept / answers.size();
    }

    /// For the report.
    String figure() {
        return Figure.format(
                "%.1f %% of %d answers right, calibration error %.3f, %.1f %% kept at 95 %% right, %d calibrated",
                100 * right(), answers.size(), error(), 100 * coverage(PRECISION), calibrated());
    }

    boolean isEmpty() {
        return answers.isEmpty();
    }

    /// Share of right answers.
    double right() {
        return answers.stream()
                .mapToDouble(answer -> answer.right ? 1 : 0)
                .average()
                .orElse(0);
    }

    /// Answers whose confidence was fitted.
    long calibrated() {
        return answers.stream().filter(Judged::calibrated).count();
    }
}
