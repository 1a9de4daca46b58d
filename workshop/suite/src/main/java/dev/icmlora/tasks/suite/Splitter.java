package dev.icmlora.tasks.suite;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Gives each task its split. Tasks that share input-output pairs stay together, since training on one would teach
/// answers of the other.
final class Splitter {

    static final double HELD_OUT_SHARE = 0.20;
    static final double VALIDATION_SHARE = 0.10;

    /// Tasks that share so many of their pairs are near-duplicates. Well below the 20 % that the test refuses.
    private static final double NEAR_DUPLICATE = 0.10;

    private final Set<String> heldOutFamilies;

    Splitter(Set<String> heldOutFamilies) {
        this.heldOutFamilies = heldOutFamilies;
    }

    /// @return the split of each task, by its id
    Map<String, Split> split(List<SuiteTask> tasks) {
        Split[] splits = new Split[tasks.size()];
        Map<String, List<List<Integer>>> clustersByFamily = new TreeMap<>();
        for (List<Integer> cluster : clusters(tasks)) {
            if (cluster.stream()
                    .anyMatch(i -> heldOutFamilies.contains(tasks.get(i).family()))) {
                cluster.forEach(i -> splits[i] = Split.HELD_OUT);
            } else {
                clustersByFamily
                        .computeIfAbsent(tasks.get(cluster.getFirst()).family(), _ -> new ArrayList<>())
                        .add(cluster);
            }
        }
        // What a family's size does not divide is carried to the next one, so the shares hold over the suite.
        double heldOut = 0;
        double validation = 0;
        for (var family : clustersByFamily.entrySet()) {
            List<List<Integer>> shuffled = new ArrayList<>(family.getValue());
            Collections.shuffle(shuffled, TaskSuite.random("split " + family.getKey()));
            int size = shuffled.stream().mapToInt(List::size).sum();
            heldOut += HELD_OUT_SHARE * size;
            validation += VALIDATION_SHARE * size;
            for (List<Integer> cluster : shuffled) {
                Split split;
                if (cluster.size() - 0.5 <= heldOut) {
                    split = Split.HELD_OUT;
                    heldOut -= cluster.size();
                } else if (cluster.size() - 0.5 <= validation) {
                    split = Split.VALIDATION;
                    validation -= cluster.size();
                } else {
                    split = Split.TRAIN;
                }
                cluster.forEach(i -> splits[i] = split);
            }
        }
        Map<String, Split> result = new LinkedHashMap<>();
        for (int i = 0; i < splits.length; i++) {
            result.put(tasks.get(i).id(), splits[i]);
        }
        return result;
    }

    /// Connected components of the near-duplicate relation.
    private static List<List<Integer>> clusters(List<SuiteTask> tasks) {
        int[] parent = new int[tasks.size()];
        for (int i = 0; i < parent.length; i++) {
            parent[i] = i;
        }
        for (PairOverlap.Shared shared : PairOverlap.of(tasks)) {
            if (shared.fraction() >= NEAR_DUPLICATE) {
                parent[root(parent, shared.first())] = root(parent, shared.second());
            }
        }
        Map<Integer, List<Integer>> components = new LinkedHashMap<>();
        for (int i = 0; i < parent.length; i++) {
            components.computeIfAbsent(root(parent, i), _ -> new ArrayList<>()).add(i);
        }
        return List.copyOf(components.values());
    }

    private static int root(int[] parent, int i) {
        while (parent[i] != i) {
            i = parent[i];
        }
        return i;
    }
}
