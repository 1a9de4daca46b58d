package dev.icmlora.engine.scoring;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Several token sequences as one batch, in which what some of them begin with stands only once.
///
/// Nodes are in an order that llama.cpp accepts: each follows the one before it in its sequences, and sequences that
/// parted stay apart.
final class PromptTree {
    private final List<Node> nodes = new ArrayList<>();
    private final List<int[]> sequences;
    /// Index of the node at each position of each sequence.
    private final int[][] places;

    /// @param sequences each with at least one token
    PromptTree(List<int[]> sequences) {
        this.sequences = sequences;
        this.places = sequences.stream().map(tokens -> new int[tokens.length]).toArray(int[][]::new);
        grow(0, IntStream.range(0, sequences.size()).toArray());
    }

    /// One token at one position.
    ///
    /// @param members the sequences that it belongs to
    record Node(int token, int position, int[] members) {}

    /// @param members sequences that are alike up to `from`
    private void grow(int from, int[] members) {
        for (var position = from; ; position++) {
            var at = position;
            var longer = IntStream.of(members)
                    .filter(member -> sequences.get(member).length > at)
                    .toArray();
            if (longer.length == 0) {
                return;
            }
            var token = sequences.get(longer[0])[position];
            var alike = IntStream.of(longer)
                    .filter(member -> sequences.get(member)[at] == token)
                    .toArray();
            if (alike.length < longer.length) {
                branch(position, longer);
                return;
            }
            append(token, position, members = longer);
        }
    }

    private void branch(int position, int[] members) {
        IntStream.of(members)
                .map(member -> sequences.get(member)[position])
                .distinct()
                .forEach(token -> {
                    var branch = IntStream.of(members)
                            .filter(member -> sequences.get(member)[position] == token)
                            .toArray();
                    append(token, position, branch);
                    grow(position + 1, branch);
                });
    }

    private void append(int token, int position, int[] members) {
        for (var member : members) {
            places[member][position] = nodes.size();
        }
        nodes.add(new Node(token, position, members));
    }

    /// Number of sequences.
    int sequences() {
        return sequences.size();
    }

    List<Node> nodes() {
        return nodes;
    }

    /// Index of a node by its place in a sequence.
    int node(int sequence, int position) {
        return places[sequence][position];
    }
}
