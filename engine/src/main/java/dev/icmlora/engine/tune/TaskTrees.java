package dev.icmlora.engine.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The examples of a task as what is computed together: those of each step.
///
/// @param steps that are wanted
/// @param batches steps take them in turn; of more batches than steps, as many as there are steps, spread evenly
record TaskTrees(int steps, List<BlockTree> batches) {
    static TaskTrees of(List<ExampleTokens> examples, TuningOptions options, int blockTokens) {
        int count = Math.ceilDiv(examples.size(), options.examplesPerStep());
        List<BlockTree> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int from = i * examples.size() / count;
            int to = (i + 1) * examples.size() / count;
            batches.add(tree(examples.subList(from, to), blockTokens));
        }
        return new TaskTrees(options.steps(), batches);
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

    /// Those of the first steps, each once.
    Stream<BlockTree> seen(int taken) {
        return IntStream.range(0, taken).mapToObj(this::batch).distinct();
    }
}
