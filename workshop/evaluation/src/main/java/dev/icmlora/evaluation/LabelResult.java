package dev.icmlora.evaluation;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.icmlora.evaluation.Reliability.Judged;

/// The answers to one held-out task whose answers are labels.
///
/// @param labels to choose from
/// @param answers by the way they were asked for
record LabelResult(String task, int labels, Map<Way, List<Judged>> answers) {

    /// One way to answer, with the same five examples.
    enum Way {
        SHOWN("base model, examples in the prompt, `labels`", "examples", true),
        TEXT("mode `tuned`, any text", "tuned", false),
        TUNED("mode `tuned`, `labels`", "tuned", true),
        AUTO("mode `auto`, `labels`", "auto", true);

        private final String meaning;
        private final String mode;
        private final boolean naming;

        Way(String meaning, String mode, boolean naming) {
            this.meaning = meaning;
            this.mode = mode;
            this.naming = naming;
        }

        String meaning() {
            return meaning;
        }

        Condition.Request request() {
            return Condition.Request.later(0, mode, Condition.EXAMPLES);
        }

        /// Whether the request names the labels.
        boolean isNaming() {
            return naming;
        }
    }

    /// Share of right answers in percent.
    double percent(Way way) {
        return 100 * new Reliability(answers.get(way)).right();
    }

    /// All answers of a way.
    static Reliability reliability(List<LabelResult> results, Way way) {
        return new Reliability(results.stream()
                .flatMap(result -> result.answers.getOrDefault(way, List.of()).stream())
                .toList());
    }

    /// For the report; none without tasks.
    static List<Figure> figures(List<LabelResult> results) {
        return results.isEmpty()
                ? List.of()
                : Stream.of(Way.values())
                        .map(way -> Figure.of(
                                "labels of %d tasks, five examples: %s".formatted(results.size(), way.meaning()),
                                Figure.interval("%.1f [%.1f, %.1f]; ", exact(results, way))
                                        + reliability(results, way).figure()))
                        .toList();
    }

    /// Of each task.
    static PairedBootstrap exact(List<LabelResult> results, Way way) {
        return PairedBootstrap.of(
                results.stream().mapToDouble(result -> result.percent(way)).toArray());
    }
}
