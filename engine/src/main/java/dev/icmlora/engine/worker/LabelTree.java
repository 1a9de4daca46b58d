package dev.icmlora.engine.worker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/// Some labels as a tree of tokens: what several of them begin with is read once. Each way through it is a
/// sequence of its own beside the others, a branch, so that all of it fits into one batch. The last token of a
/// label is not read: how likely it is, the scores after the one before it say.
final class LabelTree {

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
    LabelTree(Deque<Integer> labels, List<int[]> tokens, int mostBranches, int mostTokens) {
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
