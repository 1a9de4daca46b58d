package dev.icmlora.engine.worker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// The branches in which one sequence reads its labels: each has the prompt and a way into the tree. A branch is kept
/// while nodes that are due go on from it. Where branches or cells run short, one is dropped, and what went on from it
/// is read again from the prompt.
final class LabelBranches {

    private final Branches all;
    private final LabelTree tree;
    private final Decoder decoder;
    private final int prompt;
    private final int promptLength;
    private final int most;
    /// Always its own, so that it gets on however much the others have.
    private final int own;

    private boolean ownIsFree = true;
    private int cells;
    /// By the node that a branch ends with.
    private final Map<Integer, Branch> kept = new HashMap<>();
    /// Those that grow in the batch that is being made.
    private final List<Branch> growing = new ArrayList<>();

    /// @param all what is not taken yet; one is
    /// @param prompt sequence that holds the prompt
    /// @param most cells that all branches may take beside the prompt's
    LabelBranches(Branches all, LabelTree tree, Decoder decoder, int prompt, int promptLength, int most) {
        this.all = all;
        this.tree = tree;
        this.decoder = decoder;
        this.prompt = prompt;
        this.promptLength = promptLength;
        this.most = most;
        this.own = all.take().orElseThrow();
    }

    /// A sequence with a way into the tree.
    static final class Branch {

        private final int id;
        private final List<Cell> cells;
        private int end;

        private Branch(int id, int end, List<Cell> cells) {
            this.id = id;
            this.end = end;
            this.cells = new ArrayList<>(cells);
            cells.forEach(cell -> cell.branches++);
        }

        int id() {
            return id;
        }

        /// The node that it ends with, or the root.
        int end() {
            return end;
        }
    }

    /// Of the memory, for one token.
    private static final class Cell {

        private int branches;
    }

    /// The last node before this one with which a branch ends, or the root.
    int start(int node) {
        var before = tree.parent(node);
        while (before != LabelTree.ROOT && !kept.containsKey(before)) {
            before = tree.parent(before);
        }
        return before;
    }

    /// A branch that ends with a node, to go on from there.
    ///
    /// @param start a result of [#start]
    /// @param others whether other nodes go on from there
    /// @return empty if none is left in this batch
    Optional<Branch> at(int start, boolean others) {
        var there = Optional.ofNullable(kept.get(start));
        var id = there.isPresent() && !others ? OptionalInt.empty() : take();
        if (id.isEmpty() && there.isEmpty() && dropShortest()) {
            id = take();
        }
        var branch = id.isPresent() ? Optional.of(fork(id.getAsInt(), there)) : there;
        if (id.isEmpty()) {
            kept.remove(start);
        }
        branch.ifPresent(growing::add);
        return branch;
    }

    private Branch fork(int id, Optional<Branch> from) {
        var cellsBefore = from.map(branch -> branch.cells).orElse(List.of());
        decoder.copy(from.map(Branch::id).orElse(prompt), id, promptLength + cellsBefore.size());
        return new Branch(id, from.map(Branch::end).orElse(LabelTree.ROOT), cellsBefore);
    }

    private OptionalInt take() {
        if (ownIsFree) {
            ownIsFree = false;
            return OptionalInt.of(own);
        }
        return all.take();
    }

    /// Makes a branch longer by the token of a node that follows its end.
    ///
    /// @return false if there is no cell left for it in this batch
    boolean grow(Branch branch, int node) {
        while (cells == most && dropShortest()) {
            // Until there is room or nothing is left to drop.
        }
        if (cells == most) {
            return false;
        }
        var cell = new Cell();
        cell.branches = 1;
        cells++;
        branch.cells.add(cell);
        branch.end = node;
        return true;
    }

    /// Drops the branch that takes the fewest tokens to read again.
    private boolean dropShortest() {
        var shortest = kept.keySet().stream().min(Comparator.comparingInt(tree::depth));
        shortest.map(kept::remove).ifPresent(this::give);
        return shortest.isPresent();
    }

    /// The batch was computed: what grew in it can be gone on from.
    void computed() {
        for (var branch : growing) {
            var before = kept.put(branch.end, branch);
            if (before != null) {
                give(before);
            }
        }
        growing.clear();
    }

    /// Keeps only the branches from which these nodes go on.
    void keep(Set<Integer> starts) {
        for (var end : List.copyOf(kept.keySet())) {
            if (!starts.contains(end)) {
                give(kept.remove(end));
            }
        }
    }

    /// Drops them all, but goes on having one.
    void clear() {
        growing.forEach(this::give);
        growing.clear();
        keep(Set.of());
    }

    /// Gives all of them back.
    void close() {
        clear();
        all.give(own);
    }

    private void give(Branch branch) {
        for (var cell : branch.cells) {
            cell.branches--;
            cells -= cell.branches == 0 ? 1 : 0;
        }
        if (branch.id == own) {
            decoder.remove(own);
            ownIsFree = true;
        } else {
            all.give(branch.id);
        }
    }
}
