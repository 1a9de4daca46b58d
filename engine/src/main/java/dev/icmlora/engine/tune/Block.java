package dev.icmlora.engine.tune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/// Tokens that are computed at once: a tree that grows out of the last token of the block before it. One that has
/// blocks after it is a chain, so all that it computed is seen by all tokens that come later.
final class Block {
    /// The widest vectors that ggml multiplies have so many floats.
    private static final int PLACES = 16;

    private final int start;
    private final List<Block> after = new ArrayList<>();
    private final List<Integer> tokens = new ArrayList<>();
    private final List<Integer> positions = new ArrayList<>();
    private final List<Integer> parents = new ArrayList<>();
    private final List<Prediction> predictions = new ArrayList<>();

    /// A token of an answer that the state at a node has to predict.
    ///
    /// @param node index in the block
    /// @param token to be predicted
    /// @param example whose answer it is of
    /// @param weight of its loss in the sum that is differentiated
    record Prediction(int node, int token, int example, float weight) {}

    /// @param before null for none
    Block(Block before) {
        this.start = before == null ? 0 : before.start + before.size();
        if (before != null) {
            before.after.add(this);
        }
    }

    /// Adds a sequence's tokens, in which what it shares with one that is here already stays where it is.
    ///
    /// @param from the first that is not in a block before
    /// @param to one past the last
    void add(ExampleTokens example, int from, int to) {
        int parent = -1;
        for (int position = from; position < to; position++) {
            parent = node(parent, example.token(position), position);
            if (example.isPredictedAt(position)) {
                predictions.add(new Prediction(parent, example.token(position + 1), example.index(), example.weight()));
            }
        }
    }

    private int node(int parent, int token, int position) {
        // A block is small, and a node comes after its parent.
        for (int node = parent + 1; node < size(); node++) {
            if (parents.get(node) == parent && tokens.get(node) == token) {
                return node;
            }
        }
        tokens.add(token);
        positions.add(position);
        parents.add(parent);
        return size() - 1;
    }

    List<Block> after() {
        return after;
    }

    /// Tokens that all of its own see: those of the blocks before.
    int start() {
        return start;
    }

    int size() {
        return tokens.size();
    }

    /// Room for the tokens that its own see: those before, these, and empty places up to a number for which products
    /// are quick.
    int places() {
        return Math.ceilDiv(start + size(), PLACES) * PLACES;
    }

    int emptyPlaces() {
        return places() - start - size();
    }

    List<Prediction> predictions() {
        return predictions;
    }

    int[] tokens() {
        return ints(tokens);
    }

    int[] positions() {
        return ints(positions);
    }

    /// For each of [#predictions], its node.
    int[] predicting() {
        return predictions.stream().mapToInt(Prediction::node).toArray();
    }

    int position(int node) {
        return positions.get(node);
    }

    /// Tokens that the one with the most before it sees, itself among them.
    int reach() {
        return Collections.max(positions) + 1;
    }

    /// For each token, 0 for each place that it sees and negative infinity for the others.
    ///
    /// @param reach most tokens that a token sees, itself among them
    float[] mask(int reach) {
        return mask(reach, IntStream.range(0, size()).toArray());
    }

    /// The same for some of the tokens.
    float[] mask(int reach, int[] nodes) {
        int width = places();
        float[] mask = new float[width * nodes.length];
        Arrays.fill(mask, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < nodes.length; i++) {
            int node = nodes[i];
            int row = i * width;
            int first = Math.max(0, positions.get(node) - reach + 1);
            // Blocks before are a chain, so places in them are positions.
            Arrays.fill(mask, row + Math.min(first, start), row + start, 0);
            for (int seen = node; seen >= 0 && positions.get(seen) >= first; seen = parents.get(seen)) {
                mask[row + start + seen] = 0;
            }
        }
        return mask;
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
