package dev.icmlora.engine.worker;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

import dev.icmlora.engine.worker.LabelBranches.Branch;

/// An answer that is one of some labels. After the prompt, the tree of the labels is read level by level, as far as a
/// [LabelSearch] needs it. Others read theirs in the same batches.
final class LabelSequence extends Sequence {

    /// Of a batch, with those of other sequences: llama.cpp keeps memory for the scores of the most there were.
    private static final int MOST_OUTPUTS = 64;

    private final Labels labels;
    private final LabelTree tree;
    /// What the batch that is being made has of the tree, each node after those that lead to it.
    private final List<Read> reads = new ArrayList<>();
    private LabelSearch search;
    private LabelBranches branches;
    /// Nodes that are read next, known once the prompt is read.
    private List<Integer> due = List.of();
    private boolean ended;

    LabelSequence(DecodeRequest request, int index, Labels labels, Decoder decoder) {
        super(request, index, decoder);
        this.labels = labels;
        this.tree = labels.tree();
        this.search = new LabelSearch(tree, labels.size());
    }

    private record Read(int node, int output) {}

    @Override
    void displace() {
        super.displace();
        search = new LabelSearch(tree, labels.size());
        due = List.of();
    }

    @Override
    boolean needsBranch() {
        return true;
    }

    @Override
    void takeBranches(Branches free) {
        branches = new LabelBranches(free, tree, decoder(), id(), promptLength(), labels.mostTokens());
    }

    @Override
    void giveBranches() {
        branches.close();
    }

    @Override
    void contribute() {
        super.contribute();
        reads.clear();
        var users = due.stream().collect(Collectors.groupingBy(branches::start, Collectors.counting()));
        for (var node : due) {
            var start = branches.start(node);
            var others = users.merge(start, -1L, Long::sum) > 0;
            if (!hasRoom() || !read(node, start, others)) {
                return;
            }
        }
    }

    private boolean hasRoom() {
        return decoder().room() > 0 && decoder().outputs() < MOST_OUTPUTS;
    }

    /// Adds a node, and what is needed before it and wanted after it.
    ///
    /// @param start from where its branch goes on
    /// @return false if it does not fit any more
    private boolean read(int node, int start, boolean others) {
        var found = branches.at(start, others);
        if (found.isEmpty()) {
            return false;
        }
        var branch = found.get();
        for (var before : between(start, node)) {
            if (decoder().room() == 0 || !branches.grow(branch, before)) {
                return false;
            }
            add(branch, before, false);
        }
        var next = node;
        for (var ahead = search.ahead(node); ahead >= 0 && hasRoom() && branches.grow(branch, next); ahead--) {
            reads.add(new Read(next, add(branch, next, true)));
            var child = tree.onlyChild(next);
            if (child.isEmpty()) {
                break;
            }
            next = child.getAsInt();
        }
        return branch.end() != tree.parent(node);
    }

    /// The nodes that lead from one to another, the first first.
    private List<Integer> between(int start, int node) {
        var way = new ArrayList<Integer>();
        for (var before = tree.parent(node); before != start; before = tree.parent(before)) {
            way.add(before);
        }
        return way.reversed();
    }

    private int add(Branch branch, int node, boolean output) {
        var position = promptLength() + tree.depth(node) - 1;
        return decoder().add(request().adapter(), tree.token(node), position, new int[] {branch.id()}, output);
    }

    @Override
    void takeBack() {
        super.takeBack();
        reads.clear();
        branches.clear();
    }

    @Override
    Delta advance() {
        if (output() == NO_OUTPUT && due.isEmpty()) {
            return new Delta("", List.of());
        }
        if (output() != NO_OUTPUT) {
            score(LabelTree.ROOT, output());
        }
        reads.forEach(read -> score(read.node, read.output));
        due = search.due();
        ended = due.isEmpty();
        branches.computed();
        branches.keep(due.stream().map(branches::start).collect(Collectors.toSet()));
        return ended ? new Delta(labels.text(search.likeliest()), List.of()) : new Delta("", List.of());
    }

    private void score(int node, int output) {
        search.read(node, decoder().logprobs(tree.following(node), output));
    }

    @Override
    boolean isWriting() {
        return false;
    }

    @Override
    boolean ended() {
        return ended;
    }

    @Override
    Answer answer() {
        var chosen = search.likeliest();
        var shares = search.shares();
        var probabilities = new LinkedHashMap<String, Double>();
        for (var label = 0; label < shares.length; label++) {
            probabilities.put(labels.text(label), shares[label]);
        }
        return new Answer(
                labels.text(chosen),
                Finish.STOP,
                labels.length(chosen),
                List.of(),
                OptionalDouble.of(shares[chosen]),
                Collections.unmodifiableMap(probabilities));
    }

    @Override
    void close() {
        // Nothing of it is native.
    }
}
