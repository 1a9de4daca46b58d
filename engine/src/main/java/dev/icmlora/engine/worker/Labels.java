package dev.icmlora.engine.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.request.UnusableInputException.Part;
import dev.icmlora.generator.task.PromptFormat;

/// Texts of which an answer is one. For example, "delivery" and "refund" differ in their first token already,
/// so the scores after the prompt tell how likely each is, and nothing more is read.
///
/// The score of a label is the probability that an answer begins with its tokens, up to the first one that
/// tells it from all others. The token that ends an answer is one of them where another label goes on after
/// this one: "wait" is told from "wait and see" by its end.
public final class Labels {

    /// Branches of a context that are read side by side, beside the sequences of its texts.
    public static final int BRANCHES = 32;

    /// Part of the context that the labels of one tree may take.
    private static final int PART_OF_CONTEXT = 16;

    private final List<String> texts;
    private final List<int[]> tokens;
    private final List<LabelTree> trees = new ArrayList<>();

    /// @param ends whether a label's end is scored even where nothing begins with the label
    private Labels(List<String> texts, List<int[]> tokens, boolean ends, int branches, int treeTokens) {
        this.texts = List.copyOf(texts);
        this.tokens = tokens;
        var order = IntStream.range(0, tokens.size())
                .boxed()
                .sorted((a, b) -> Arrays.compare(tokens.get(a), tokens.get(b)))
                .toList();
        var telling = ends ? tokens : telling(order, tokens);
        var left = new ArrayDeque<>(order);
        while (!left.isEmpty()) {
            trees.add(new LabelTree(left, telling, branches, treeTokens));
        }
    }

    /// @param texts two or more, no two of the same tokens
    /// @param contextTokens of the context that reads them; many labels are read in parts that take little
    /// of it
    /// @throws UnusableInputException if one has no tokens, the same as another, more than the context holds,
    /// or the token that ends an answer
    public static Labels of(List<String> texts, PromptFormat format, int contextTokens) {
        var tokens = texts.stream().map(format::answer).toList();
        var unfit = new ArrayList<Part>();
        var places = new HashMap<List<Integer>, Integer>();
        for (var i = 0; i < texts.size(); i++) {
            var name = "labels/" + i;
            var own = tokens.get(i);
            var before = places.putIfAbsent(Arrays.stream(own).boxed().toList(), i);
            if (own.length == 1) {
                unfit.add(Part.of(
                        name, 1, 0, "has no tokens: the model's vocabulary has none for any of its characters"));
            }
            if (before != null) {
                unfit.add(Part.of(name, null, texts.get(i), "has the tokens of /labels/%d".formatted(before)));
            }
            if (endsEarly(own)) {
                unfit.add(Part.of(name, null, texts.get(i), "holds what ends an answer of this model"));
            }
            if (own.length > contextTokens) {
                var rule = "has %d tokens, more than the context of %d".formatted(own.length, contextTokens);
                unfit.add(Part.of(name, contextTokens, own.length, rule));
            }
        }
        UnusableInputException.refuse(unfit);
        return of(texts, tokens, treeTokens(contextTokens));
    }

    /// @param tokens of each label, with the token that ends an answer and stands nowhere else
    /// @param treeTokens that a tree of more than one label has at most
    static Labels of(List<String> texts, List<int[]> tokens, int treeTokens) {
        if (new HashSet<>(tokens.stream().map(Arrays::toString).toList()).size() < tokens.size()) {
            throw new IllegalArgumentException("two labels have the same tokens");
        }
        if (tokens.stream().anyMatch(Labels::endsEarly)) {
            throw new IllegalArgumentException("a label holds the token that ends an answer");
        }
        return new Labels(texts, tokens, false, BRANCHES, treeTokens);
    }

    /// Labels whose ends are scored as well: the score of each is the probability that an answer is it.
    ///
    /// @param tokens of each label, no two the same, with the token that ends an answer and stands nowhere else
    /// @param branches that a tree takes at most
    static Labels withEnds(List<String> texts, List<int[]> tokens, int branches, int treeTokens) {
        return new Labels(texts, tokens, true, branches, treeTokens);
    }

    /// Tokens that a tree of more than one label has at most.
    static int treeTokens(int contextTokens) {
        return contextTokens / PART_OF_CONTEXT;
    }

    static boolean endsEarly(int[] tokens) {
        return Arrays.stream(tokens, 0, tokens.length - 1).anyMatch(token -> token == tokens[tokens.length - 1]);
    }

    /// Of each label, the tokens up to the first one that tells it from all others.
    private static List<int[]> telling(List<Integer> order, List<int[]> tokens) {
        var telling = new ArrayList<>(tokens);
        var sharedBefore = 0;
        for (var i = 0; i < order.size(); i++) {
            var own = tokens.get(order.get(i));
            // In this order, no other begins with more of its tokens than those next to it.
            var sharedAfter = i == order.size() - 1 ? 0 : Arrays.mismatch(own, tokens.get(order.get(i + 1)));
            telling.set(order.get(i), Arrays.copyOf(own, Math.max(sharedBefore, sharedAfter) + 1));
            sharedBefore = sharedAfter;
        }
        return telling;
    }

    public int size() {
        return texts.size();
    }

    public List<String> texts() {
        return texts;
    }

    String text(int label) {
        return texts.get(label);
    }

    /// Tokens of a label, the end of the answer aside.
    int length(int label) {
        return tokens.get(label).length - 1;
    }

    /// Read one after the other; together they have all labels.
    List<LabelTree> trees() {
        return trees;
    }

    /// Branches of the widest tree.
    int branches() {
        return trees.stream().mapToInt(LabelTree::branches).max().orElse(0);
    }

    /// Tokens of the largest tree.
    public int mostTokens() {
        return trees.stream().mapToInt(tree -> tree.size() - 1).max().orElse(0);
    }

    /// Tokens that are read after each prompt.
    int readTokens() {
        return trees.stream().mapToInt(tree -> tree.size() - 1).sum();
    }

    /// Some labels as a tree of tokens: what several of them begin with is read once. Each way through it is a
    /// sequence of its own beside the others, a branch, so that all of it fits into one batch. The last token of a
    /// label is not read: how likely it is, the scores after the one before it say.
    static final class LabelTree {

        /// The prompt's last token, which every label follows.
        static final int ROOT = 0;

        private final List<Node> nodes = new ArrayList<>();
        private final int branches;

        /// A token that is read, and what may follow it.
        ///
        /// @param position after the prompt, from 0
        /// @param branches that it belongs to
        private record Node(int token, int position, List<Integer> branches, List<Edge> edges) {

            boolean isTip() {
                return position >= 0 && edges.stream().allMatch(Edge::ends);
            }
        }

        /// A token that may follow.
        ///
        /// @param target the node of that token; or, where the token ends a label, which one
        private record Edge(int token, boolean ends, int target) {}

        /// Takes labels off the front, as many as the tree has room for, but at least one.
        ///
        /// @param labels those that begin alike follow one another
        /// @param tokens of all labels; none is the beginning of another
        LabelTree(ArrayDeque<Integer> labels, List<int[]> tokens, int mostBranches, int mostTokens) {
            nodes.add(new Node(-1, -1, List.of(), new ArrayList<>()));
            var path = new ArrayList<>(List.of(ROOT));
            var before = new int[0];
            var tips = 0;
            while (!labels.isEmpty()) {
                var own = tokens.get(labels.element());
                var shared = Arrays.mismatch(before, own);
                path.subList(shared + 1, path.size()).clear();
                var read = own.length - 1 - shared;
                tips += read == 0 || nodes.get(path.getLast()).isTip() ? 0 : 1;
                if (before.length > 0 && (tips > mostBranches || size() - 1 + read > mostTokens)) {
                    break;
                }
                for (var position = shared; position < own.length - 1; position++) {
                    path.add(add(own[position], position, path.getLast()));
                }
                nodes.get(path.getLast()).edges.add(new Edge(own[own.length - 1], true, labels.remove()));
                before = own;
            }
            branches = branch(ROOT, 0);
        }

        private int add(int token, int position, int parent) {
            nodes.add(new Node(token, position, new ArrayList<>(), new ArrayList<>()));
            nodes.get(parent).edges.add(new Edge(token, false, nodes.size() - 1));
            return nodes.size() - 1;
        }

        /// Numbers the branches below a node.
        ///
        /// @param first the next number
        /// @return the one after the last
        private int branch(int node, int first) {
            var next = first;
            for (var edge : nodes.get(node).edges) {
                next = edge.ends ? next : branch(edge.target, next);
            }
            next += nodes.get(node).isTip() ? 1 : 0;
            for (var branch = first; branch < next && node != ROOT; branch++) {
                nodes.get(node).branches.add(branch);
            }
            return next;
        }

        /// Nodes with the root, which is read with the prompt. Each comes after those that lead to it.
        int size() {
            return nodes.size();
        }

        int branches() {
            return branches;
        }

        int token(int node) {
            return nodes.get(node).token;
        }

        /// Where a node's token stands after the prompt, from 0.
        int position(int node) {
            return nodes.get(node).position;
        }

        List<Integer> branches(int node) {
            return nodes.get(node).branches;
        }

        /// The tokens that may follow a node.
        int[] following(int node) {
            return nodes.get(node).edges.stream().mapToInt(Edge::token).toArray();
        }

        /// Notes how likely what follows a node is.
        ///
        /// @param logprobs of [#following]
        /// @param ofNodes log-probability of the way to each node; those of the nodes that follow are set
        /// @param ofLabels of all labels; those that end here are set
        void score(int node, double[] logprobs, double[] ofNodes, double[] ofLabels) {
            var edges = nodes.get(node).edges;
            for (var i = 0; i < logprobs.length; i++) {
                var edge = edges.get(i);
                (edge.ends ? ofLabels : ofNodes)[edge.target] = ofNodes[node] + logprobs[i];
            }
        }
    }
}
