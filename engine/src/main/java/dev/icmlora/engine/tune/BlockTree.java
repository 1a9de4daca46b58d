package dev.icmlora.engine.tune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Examples cut into blocks of limited size: what all of them begin with in a chain of blocks, which is computed
/// once, and behind it one block after the other for the rest of some examples each.
final class BlockTree {
    private final List<Block> roots = new ArrayList<>();
    private final List<Integer> examples;
    private final int limit;

    /// What is computed of a block, beside keys and values for the blocks after it.
    enum Pass {
        /// The losses of what it predicts.
        LOSSES,
        /// These, and gradients of B. What the blocks before it left is taken as given.
        GRADIENTS
    }

    /// One block's part of a pass over a tree.
    record Visit(Block block, Pass pass) {}

    /// @param examples one or more
    /// @param limit most tokens of a block
    BlockTree(List<ExampleTokens> examples, int limit) {
        this.examples = examples.stream().map(ExampleTokens::index).toList();
        this.limit = limit;
        int trunk = trunk(examples);
        Block before = chain(examples.getFirst(), null, 0, trunk);
        List<Block> open = new ArrayList<>();
        for (ExampleTokens example : examples) {
            int rest = example.length() - trunk;
            if (rest > limit) {
                // The last is full: it has the answer, and gradients end where it begins.
                int last = example.length() - limit;
                branch(chain(example, before, trunk, last)).add(example, last, example.length());
            } else {
                Block block = open.stream()
                        .filter(each -> each.size() + rest <= limit)
                        .findFirst()
                        .orElseGet(() -> {
                            open.add(branch(before));
                            return open.getLast();
                        });
                block.add(example, trunk, example.length());
            }
        }
    }

    /// The examples of a task as what is computed together: the tree of each step, and a tree that several steps
    /// take is there once. There are as many batches as have all examples, and steps take them in turn; of more
    /// batches than steps, as many as there are steps, spread evenly.
    static List<BlockTree> ofSteps(List<ExampleTokens> examples, TuningOptions options, int limit) {
        int count = options.batches(examples.size());
        int steps = options.steps();
        Map<Integer, BlockTree> batches = new HashMap<>();
        return IntStream.range(0, steps)
                .map(step -> steps < count ? (int) ((long) step * count / steps) : step % count)
                .mapToObj(batch -> batches.computeIfAbsent(batch, i -> {
                    int from = i * examples.size() / count;
                    int to = (i + 1) * examples.size() / count;
                    return ofBatch(examples.subList(from, to), limit);
                }))
                .toList();
    }

    /// The loss is the mean over examples of their mean over answer tokens: a long answer says no more about the
    /// task than a short one.
    private static BlockTree ofBatch(List<ExampleTokens> examples, int limit) {
        return new BlockTree(
                examples.stream()
                        .map(each -> each.weighing(1f / (each.answerTokens() * examples.size())))
                        .toList(),
                limit);
    }

    /// Tokens that all examples begin with; none where there is one example alone. At least one of each example's own
    /// is left, and nothing is predicted there.
    private static int trunk(List<ExampleTokens> examples) {
        if (examples.size() == 1) {
            return 0;
        }
        int trunk = examples.stream().mapToInt(ExampleTokens::answerStart).min().orElseThrow() - 1;
        int[] first = examples.getFirst().tokens();
        for (ExampleTokens example : examples) {
            int same = 0;
            while (same < trunk && example.token(same) == first[same]) {
                same++;
            }
            trunk = same;
        }
        return trunk;
    }

    private Block chain(ExampleTokens example, Block before, int from, int to) {
        Block last = before;
        for (int position = from; position < to; position += limit) {
            last = branch(last);
            last.add(example, position, Math.min(to, position + limit));
        }
        return last;
    }

    private Block branch(Block before) {
        Block block = new Block(before);
        if (before == null) {
            roots.add(block);
        }
        return block;
    }

    /// Indices of its examples.
    List<Integer> examples() {
        return examples;
    }

    /// Most tokens that are before a block.
    int depth() {
        return all().stream().mapToInt(Block::start).max().orElse(0);
    }

    /// Each block after the one before it.
    private List<Block> all() {
        List<Block> all = new ArrayList<>();
        collect(roots, all);
        return all;
    }

    private static void collect(List<Block> blocks, List<Block> all) {
        for (Block block : blocks) {
            all.add(block);
            collect(block.after(), all);
        }
    }

    int blocks() {
        return all().size();
    }

    /// A pass over all blocks, each after the one before it.
    List<Visit> visits(Pass pass) {
        return all().stream().map(block -> new Visit(block, pass)).toList();
    }

    /// Tokens that are computed at once: a tree that grows out of the last token of the block before it. One that has
    /// blocks after it is a chain, so all that it computed is seen by all tokens that come later.
    static final class Block {
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
                    predictions.add(
                            new Prediction(parent, example.token(position + 1), example.index(), example.weight()));
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

        /// Room for the tokens that its own see: those before, these, and empty places up to a number for which
        /// products are quick.
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
}
