package dev.icmlora.engine.auto;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/// What a head takes its examples for, each told by the others: the evidence by which a threshold keeps a risk.
record LeftOut(List<Told> examples) implements Serializable {
    /// Nothing is known beside the probabilities themselves.
    static final LeftOut NONE = new LeftOut(List.of());

    static final int BYTES_OF_EXAMPLE = 40;

    LeftOut {
        examples = List.copyOf(examples);
    }

    /// An example.
    ///
    /// @param confidence probability of the likeliest label
    /// @param right whether that is its label
    record Told(double confidence, boolean right) implements Serializable {}

    /// The least confidence from which on at most a share of the answers is wrong, as far as can be told.
    ///
    /// A threshold holds where the examples show it: if one more of those that it keeps were wrong than are, or
    /// than their probabilities lead to expect, the share of wrong ones would be no larger than the risk. The one
    /// that is added is what conformal risk control (arXiv 2208.02814) adds for an answer that is not known yet;
    /// that wrong ones count among those that are kept is as in selection by conformal p-values (arXiv 2210.01408).
    /// So a risk of 0.05 takes nineteen examples that are told right, and more where one is not.
    ///
    /// Fewer examples show nothing. Then each answer has to be as likely as 1 - risk itself, which is enough where
    /// probabilities are true, as long as the examples do not contradict.
    ///
    /// No theorem covers this to the letter: the head was chosen by the same examples. It was measured.
    ///
    /// @param risk share of the answers kept that may be wrong, between 0 and 1
    /// @return the lower, the larger the risk; where no example tells otherwise 1 - risk
    double threshold(double risk) {
        var between = examples.stream().map(Told::confidence);
        var above = examples.stream().map(each -> Math.nextUp(each.confidence));
        return Stream.of(between, above, Stream.of(1 - risk))
                .flatMap(each -> each)
                .sorted()
                .filter(least -> holds(least, risk))
                .findFirst()
                .orElseThrow();
    }

    private boolean holds(double least, double risk) {
        var kept = 0;
        var wrong = 0;
        var expected = 0.0;
        for (var each : examples) {
            if (each.confidence >= least) {
                kept++;
                wrong += each.right ? 0 : 1;
                expected += 1 - each.confidence;
            }
        }
        var isShown = Math.max(wrong, expected) + 1 <= risk * (kept + 1);
        return isShown || least >= 1 - risk && wrong <= risk * kept;
    }
}
