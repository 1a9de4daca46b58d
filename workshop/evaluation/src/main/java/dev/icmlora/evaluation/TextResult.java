package dev.icmlora.evaluation;

import java.util.List;
import java.util.function.ToDoubleFunction;

/// The likelihoods of a text domain's test passages.
record TextResult(String domain, List<Passage> passages) {

    /// The continuation of one passage.
    ///
    /// @param tokens of the continuation
    /// @param characters of the continuation
    /// @param bare summed negative log likelihood under the base model, in nats, of running text: no description,
    ///        no markup
    /// @param base the same of an answer, as in the prompts that follow
    /// @param b0 the same under B0
    /// @param generated the same under the adapter generated for the domain
    /// @param own the same under the adapter trained for the domain alone; null if none was
    record Passage(int tokens, int characters, double bare, double base, double b0, double generated, Double own) {}

    /// Whether an adapter was trained for the domain alone.
    boolean hasOwn() {
        return passages.stream().allMatch(passage -> passage.own != null);
    }

    /// @param nats of a passage
    double perplexity(ToDoubleFunction<Passage> nats) {
        return Math.exp(sum(nats) / sum(Passage::tokens));
    }

    /// Ratio of two perplexities, its interval by resampling the passages.
    ///
    /// @param a nats of a passage
    /// @param b the same under what `a` is compared with
    PairedBootstrap perplexityRatio(ToDoubleFunction<Passage> a, ToDoubleFunction<Passage> b) {
        double[] differences = passages.stream()
                .mapToDouble(passage -> a.applyAsDouble(passage) - b.applyAsDouble(passage))
                .toArray();
        double[] tokens = passages.stream().mapToDouble(Passage::tokens).toArray();
        PairedBootstrap log = PairedBootstrap.ratio(differences, tokens);
        return new PairedBootstrap(Math.exp(log.value()), Math.exp(log.low()), Math.exp(log.high()));
    }

    /// For the report: perplexity of the second part of a passage, given the first part and the description; bare: the
    /// first part alone, as running text, without markup.
    Figure figure() {
        String ratio = "%.3f [%.3f, %.3f]";
        String own = hasOwn()
                ? Figure.format(", `own` %.2f, `generated` / `own` ", perplexity(Passage::own))
                        + Figure.interval(ratio, perplexityRatio(Passage::generated, Passage::own))
                : "";
        return Figure.of(
                domain + ": perplexity of %d passages".formatted(passages.size()),
                Figure.format(
                                "base, bare %.2f, base %.2f, `b0` %.2f, `generated` %.2f, `generated` / base ",
                                perplexity(Passage::bare),
                                perplexity(Passage::base),
                                perplexity(Passage::b0),
                                perplexity(Passage::generated))
                        + Figure.interval(ratio, perplexityRatio(Passage::generated, Passage::base))
                        + own);
    }

    private double sum(ToDoubleFunction<Passage> figure) {
        return passages.stream().mapToDouble(figure).sum();
    }
}
