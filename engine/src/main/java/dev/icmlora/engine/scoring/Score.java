package dev.icmlora.engine.scoring;

import java.util.List;
import java.util.stream.Stream;

/// How well a candidate does on a task's own examples, each judged without seeing its answer.
///
/// @param scores one for each example, in the same order for every candidate of a task; at least one
public record Score(List<OfExample> scores) {
    public Score {
        scores = List.copyOf(scores);
        if (scores.isEmpty()) {
            throw new IllegalArgumentException("a score without examples");
        }
    }

    /// What a candidate gave for one answer.
    ///
    /// @param nats negative log likelihood of the whole answer, its end included
    /// @param tokens of the answer, its end included
    /// @param exact whether each token was the likeliest one, so that greedy decoding would write this answer
    public record OfExample(double nats, int tokens, boolean exact) {
        /// Nats per token.
        public double loss() {
            return nats / tokens;
        }
    }

    /// The same candidate on these examples and on others.
    public Score and(Score other) {
        return new Score(Stream.concat(scores.stream(), other.scores.stream()).toList());
    }

    /// Mean over examples of the loss per token.
    public double loss() {
        return scores.stream().mapToDouble(OfExample::loss).average().orElseThrow();
    }

    /// Share of the examples that greedy decoding would answer exactly.
    public double exact() {
        return scores.stream()
                .mapToDouble(score -> score.exact ? 1 : 0)
                .average()
                .orElseThrow();
    }

    /// By how much this loses against `other`, example by example.
    Excess excessOver(Score other) {
        var n = scores.size();
        if (other.scores.size() != n) {
            throw new IllegalArgumentException("a score on " + n + " examples against " + other.scores.size());
        }
        var sum = 0.0;
        var squares = 0.0;
        for (var i = 0; i < n; i++) {
            double difference = scores.get(i).loss() - other.scores.get(i).loss();
            sum += difference;
            squares += difference * difference;
        }
        var mean = sum / n;
        var variance = n < 2 ? 0 : Math.max(0, (squares - n * mean * mean) / (n - 1));
        return new Excess(mean, Math.sqrt(variance / n));
    }

    /// A paired difference in loss.
    ///
    /// @param mean over the examples, nats per token
    /// @param error its standard error
    record Excess(double mean, double error) {}
}
