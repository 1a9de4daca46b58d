package dev.icmlora.engine.tune;

import java.util.ArrayList;
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

    /// What is computed of a block.
    enum Pass {
        /// Keys and values for the blocks after it.
        STATES,
        /// Losses, and keys and values if there are blocks after it.
        LOSSES,
        /// Losses, and gradients of B and of what the blocks before it left; after those of all blocks after it.
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
                // The last is full: those before it go forwards twice.
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
        int count = Math.ceilDiv(examples.size(), options.examplesPerStep());
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

    /// Tokens that all examples begin with. At least one of each example's own is left, and nothing is predicted there.
    private static int trunk(List<ExampleTokens> examples) {
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

    /// A pass forwards, for the losses.
    List<Visit> forwards() {
        return all().stream().map(block -> new Visit(block, Pass.LOSSES)).toList();
    }

    /// A pass forwards and back, for losses and gradients: a block goes back when all blocks after it have.
    List<Visit> thereAndBack() {
        List<Visit> visits = new ArrayList<>();
        roots.forEach(root -> thereAndBack(root, visits));
        return visits;
    }

    private static void thereAndBack(Block block, List<Visit> visits) {
        if (!block.after().isEmpty()) {
            visits.add(new Visit(block, Pass.STATES));
            block.after().forEach(after -> thereAndBack(after, visits));
        }
        visits.add(new Visit(block, Pass.GRADIENTS));
    }
}
