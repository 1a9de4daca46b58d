package dev.icmlora.engine.tune;

import java.util.ArrayList;
import java.util.List;

/// A slice of a pass over a tree: what is computed of which block.
record Visit(Block block, Pass pass) {
    /// A pass forwards, for the losses.
    static List<Visit> forwards(BlockTree tree) {
        List<Visit> visits = new ArrayList<>();
        tree.roots().forEach(root -> forwards(root, visits));
        return visits;
    }

    private static void forwards(Block block, List<Visit> visits) {
        visits.add(new Visit(block, Pass.LOSSES));
        block.after().forEach(after -> forwards(after, visits));
    }

    /// A pass forwards and back, for losses and gradients: a block goes back when all blocks after it have.
    static List<Visit> thereAndBack(BlockTree tree) {
        List<Visit> visits = new ArrayList<>();
        tree.roots().forEach(root -> thereAndBack(root, visits));
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
