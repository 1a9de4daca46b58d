package dev.icmlora.trainer.loss;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Batch.Sample;

/// Sorts samples by length into batches so that little of them is padding.
final class Buckets {
    /// What another batch costs, in tokens: small matrix products are less efficient.
    private static final int COST_OF_A_BATCH = 96;

    private Buckets() {}

    /// The cheapest division of the samples into batches: padded tokens plus a constant for each batch.
    static List<Batch> of(List<Sample> samples) {
        List<Sample> sorted =
                samples.stream().sorted(Comparator.comparingInt(Sample::length)).toList();
        int n = sorted.size();
        // cost[i]: of the first i samples; start[i]: where the last of their batches begins.
        int[] cost = new int[n + 1];
        int[] start = new int[n + 1];
        for (int end = 1; end <= n; end++) {
            cost[end] = Integer.MAX_VALUE;
            int length = sorted.get(end - 1).length();
            for (int begin = 0; begin < end; begin++) {
                int total = cost[begin] + COST_OF_A_BATCH + (end - begin) * length;
                if (total < cost[end]) {
                    cost[end] = total;
                    start[end] = begin;
                }
            }
        }
        List<Batch> batches = new ArrayList<>();
        for (int end = n; end > 0; end = start[end]) {
            batches.addFirst(Batch.of(sorted.subList(start[end], end)));
        }
        return batches;
    }
}
