package dev.icmlora.engine.worker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/// Some labels as a tree of their tokens: what several of them begin with is one way. Each node is a token that is
/// read, and says how likely each token after it is.
final class LabelTree {

    /// The prompt's last token, which every label follows.
    static final int ROOT = 0;

    private final List<Node> nodes = new ArrayList<>();

    /// A token that is read, and what may follow it.
    ///
    /// @param depth tokens from the prompt up to this one, 0 for the root
    /// @param labels that go on from here or end here
    private record Node(int token, int parent, int depth, List<Integer> labels, List<Edge> edges) {}

    /// A token that may follow.
    ///
    /// @param target the node of that token; or, where the token ends a label, which one
    private record Edge(int token, boolean ends, int target) {}

    /// @param order which labels, so that those that begin alike follow one another
    /// @param tokens of all labels, each with the token that ends an answer and stands nowhere else
    LabelTree(List<Integer> order, List<int[]> tokens) {
        add(-1, -1, 0);
        var path = new ArrayList<>(List.of(ROOT));
        var before = new int[0];
        for (var label : order) {
            var own = tokens.get(label);
            var shared = Arrays.mismatch(before, own);
            path.subList(shared + 1, path.size()).clear();
            for (var position = shared; position < own.length - 1; position++) {
                var parent = path.getLast();
                path.add(add(own[position], parent, position + 1));
                nodes.get(parent).edges.add(new Edge(own[position], false, path.getLast()));
            }
            nodes.get(path.getLast()).edges.add(new Edge(own[own.length - 1], true, label));
            path.forEach(node -> nodes.get(node).labels.add(label));
            before = own;
        }
    }

    private int add(int token, int parent, int depth) {
        nodes.add(new Node(token, parent, depth, new ArrayList<>(), new ArrayList<>()));
        return nodes.size() - 1;
    }

    /// Nodes with the root, which is read with the prompt.
    int size() {
        return nodes.size();
    }

    int token(int node) {
        return nodes.get(node).token;
    }

    /// The node before this one; -1 for the root.
    int parent(int node) {
        return nodes.get(node).parent;
    }

    /// Tokens from the prompt up to a node's own, 0 for the root.
    int depth(int node) {
        return nodes.get(node).depth;
    }

    /// The labels that a node leads to.
    List<Integer> labels(int node) {
        return nodes.get(node).labels;
    }

    /// The node that follows, where only one does.
    OptionalInt onlyChild(int node) {
        var children = nodes.get(node).edges.stream().filter(edge -> !edge.ends).toList();
        return children.size() == 1 ? OptionalInt.of(children.getFirst().target) : OptionalInt.empty();
    }

    /// The nodes that follow.
    List<Integer> children(int node) {
        return nodes.get(node).edges.stream()
                .filter(edge -> !edge.ends)
                .map(Edge::target)
                .toList();
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
