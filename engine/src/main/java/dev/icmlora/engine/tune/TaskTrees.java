package dev.icmlora.engine.tune;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The examples of a task as what is computed together: those of each step. There are as many batches as have all
/// examples, and steps take them in turn; of more batches than steps, as many as there are steps, spread evenly.
///
/// @param ofSteps of the step that is counted from 0; a batch that several take is there once
record TaskTrees(List<BlockTree> ofSteps) {
    static TaskTrees of(List<ExampleTokens> examples, TuningOptions options, int blockTokens) {
        int count = Math.ceilDiv(examples.size(), options.examplesPerStep());
        int steps = options.steps();
        Map<Integer, BlockTree> batches = new HashMap<>();
        return new TaskTrees(IntStream.range(0, steps)
                .map(step -> steps < count ? (int) ((long) step * count / steps) : step % count)
                .mapToObj(batch -> batches.computeIfAbsent(batch, i -> {
                    int from = i * examples.size() / count;
                    int to = (i + 1) * examples.size() / count;
                    return tree(examples.subList(from, to), blockTokens);
                }))
                .toList());
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

    BlockTree batch(int step) {
        return ofSteps.get(step);
    }

    /// Those of the first steps, each once.
    Stream<BlockTree> seen(int taken) {
        return ofSteps.stream().limit(taken).distinct();
    }
}
