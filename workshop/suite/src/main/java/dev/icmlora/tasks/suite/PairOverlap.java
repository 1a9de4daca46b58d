package dev.icmlora.tasks.suite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.icmlora.generator.task.Example;

/// Finds tasks that are largely the same mapping, by the input-output pairs that both have.
final class PairOverlap {

    /// Two tasks, by their index, that share pairs.
    ///
    /// @param fraction shared pairs over the pairs of the smaller task
    record Shared(int first, int second, double fraction) {}

    private PairOverlap() {}

    /// Every two tasks that share at least one pair, in a fixed order.
    static List<Shared> of(List<SuiteTask> tasks) {
        Map<Example, List<Integer>> owners = new HashMap<>();
        for (int i = 0; i < tasks.size(); i++) {
            for (Example pair : tasks.get(i).pairs()) {
                owners.computeIfAbsent(pair, _ -> new ArrayList<>(1)).add(i);
            }
        }
        // Sorted by the two indexes: the order of a hash map must not decide anything.
        Map<Long, Integer> counts = new TreeMap<>();
        for (List<Integer> sharing : owners.values()) {
            for (int i = 0; i < sharing.size(); i++) {
                for (int j = i + 1; j < sharing.size(); j++) {
                    counts.merge((long) sharing.get(i) << 32 | sharing.get(j), 1, Integer::sum);
                }
            }
        }
        List<Shared> result = new ArrayList<>();
        counts.forEach((key, count) -> {
            int first = (int) (key >> 32);
            int second = key.intValue();
            int smaller = Math.min(tasks.get(first).size(), tasks.get(second).size());
            result.add(new Shared(first, second, (double) count / smaller));
        });
        return result;
    }
}
