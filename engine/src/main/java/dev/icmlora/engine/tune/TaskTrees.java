package dev.icmlora.engine.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The examples of a task as what is computed together: those of each step, and those that are held back.
///
/// @param steps that are wanted
/// @param batches steps take them in turn; of more batches than steps, as many as there are steps, spread evenly
/// @param heldOut null for none
record TaskTrees(int steps, List<BlockTree> batches, BlockTree heldOut) {
    static TaskTrees of(List<ExampleTokens> examples, TuningOptions options, int blockTokens) {
        List<ExampleTokens> heldOut = heldOut(examples, options.heldOut(examples.size()));
        List<ExampleTokens> trained =
                examples.stream().filter(each -> !heldOut.contains(each)).toList();
        int count = Math.ceilDiv(trained.size(), options.examplesPerStep());
        List<BlockTree> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int from = i * trained.size() / count;
            int to = (i + 1) * trained.size() / count;
            batches.add(tree(trained.subList(from, to), blockTokens));
        }
        return new TaskTrees(options.steps(), batches, heldOut.isEmpty() ? null : tree(heldOut, blockTokens));
    }

    /// Spread evenly: clients often sort their examples.
    private static List<ExampleTokens> heldOut(List<ExampleTokens> examples, int count) {
        List<ExampleTokens> heldOut = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            heldOut.add(examples.get((2 * i + 1) * examples.size() / (2 * count)));
        }
        return heldOut;
    }

    /// The loss is the mean over examples of their mean over answer tokens: a long answer says no more about the task
    /// than a short one.
    private static BlockTree tree(List<ExampleTokens> examples, int blockTokens) {
        return new BlockTree(
                examples.stream()
                        .map(each -> each.weighing(1f / (each.answerTokens() * examples.size())))
                        .toList(),
                blockTokens);
    }

    /// Those of a step, counted from 0.
    BlockTree batch(int step) {
        return steps < batches.size()
                ? batches.get((int) ((long) step * batches.size() / steps))
                : batches.get(step % batches.size());
    }

    boolean holdsOut() {
        return heldOut != null;
    }

    boolean isHeldOut(int example) {
        return heldOut != null && heldOut.examples().contains(example);
    }

    /// Those of the first steps, each once, and what is held back.
    Stream<BlockTree> seen(int taken) {
        var trained = IntStream.range(0, taken).mapToObj(this::batch).distinct();
        return heldOut == null ? trained : Stream.concat(trained, Stream.of(heldOut));
    }
}
