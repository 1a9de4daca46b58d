package dev.icmlora.engine.worker;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// Which nodes of a [LabelTree] are read, and what is known of the labels. For example: after the prompt, "billing" is
/// 50,000 times as likely a beginning as "returns". Then "returns and refunds" is not read, unless the labels with
/// "billing" turn out to be unlikely themselves.
///
/// A label is at most as likely as the way to each of its tokens. So a way that is read no further bounds the labels
/// that it leads to. Each of them takes this bound for its probability. All bounds together are at most a thousandth of
/// the likeliest label's probability. Hence the likeliest label is found, every label that is at least a thousandth as
/// likely has its own probability, and no share of the whole is off by more than a thousandth.
final class LabelSearch {

    /// What all labels that are left out may come to, as a part of the likeliest.
    private static final double LEFT_OUT = 1e-3;

    /// A batch more takes about as long as so many tokens more.
    private static final int AHEAD = 4;

    private final LabelTree tree;
    private final double[] ofNodes;
    private final double[] ofLabels;
    /// Nodes that were not read, with the way to each of known probability.
    private final TreeSet<Integer> unread;

    /// Nothing but the prompt's end is known.
    ///
    /// @param labels that the tree has
    LabelSearch(LabelTree tree, int labels) {
        this.tree = tree;
        this.ofNodes = new double[tree.size()];
        this.ofLabels = new double[labels];
        Arrays.fill(ofLabels, Double.NEGATIVE_INFINITY);
        this.unread = new TreeSet<>(
                Comparator.<Integer>comparingDouble(node -> ofNodes[node]).thenComparing(Comparator.naturalOrder()));
        unread.add(LabelTree.ROOT);
    }

    /// Takes how likely what follows a node is. The node's parent was taken before.
    ///
    /// @param logprobs of [LabelTree#following]
    void read(int node, double[] logprobs) {
        unread.remove(node);
        tree.score(node, logprobs, ofNodes, ofLabels);
        unread.addAll(tree.children(node));
    }

    /// The nodes that must be read, the likeliest first; none when the others can be left out.
    List<Integer> due() {
        var ascending = List.copyOf(unread);
        if (ascending.isEmpty()) {
            return ascending;
        }
        var most = isLabelKnown() ? Math.max(best(), logprob(ascending.getLast())) : best();
        var from = 0;
        var leftOut = 0.0;
        while (from < ascending.size()) {
            var node = ascending.get(from);
            leftOut += tree.labels(node).size() * Math.exp(logprob(node) - most);
            if (leftOut > LEFT_OUT) {
                break;
            }
            from++;
        }
        return ascending.subList(from, ascending.size()).reversed();
    }

    /// How many tokens after a node that is due are read with it, where only one way leads on: the likeliest way is
    /// nearly always read to its end, and so is one that is as likely as a whole label.
    int ahead(int node) {
        return node == unread.getLast() || logprob(node) >= best() ? AHEAD - 1 : 0;
    }

    /// Of the likeliest label. Until one is known it is expected to go on as it begins: where the prompt makes no label
    /// likely, all of them are soon needed, and few batches read them.
    private double best() {
        return isLabelKnown() ? ofLabels[likeliest()] : 2 * logprob(unread.getLast());
    }

    private boolean isLabelKnown() {
        return ofLabels[likeliest()] > Double.NEGATIVE_INFINITY;
    }

    /// Of the way to a node that was due.
    double logprob(int node) {
        return ofNodes[node];
    }

    /// The likeliest of the labels that are known.
    int likeliest() {
        return IntStream.range(0, ofLabels.length)
                .reduce((a, b) -> ofLabels[b] > ofLabels[a] ? b : a)
                .orElseThrow();
    }

    /// What each label has of the probability of all, where a label that was left out has its bound.
    double[] shares() {
        var bounds = ofLabels.clone();
        unread.forEach(node -> tree.labels(node).forEach(label -> bounds[label] = ofNodes[node]));
        var most = ofLabels[likeliest()];
        var weights =
                Arrays.stream(bounds).map(logprob -> Math.exp(logprob - most)).toArray();
        var sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }
}
