package dev.icmlora.engine.worker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/// An answer that is one of some labels. After the prompt, the trees of the labels are read one after the
/// other, each in as few batches as it fits into. A tree of labels that differ in their first token is known
/// with the prompt.
final class LabelSequence extends Sequence {

    /// Of a batch, with those of other sequences: llama.cpp keeps memory for the scores of the most there were.
    private static final int MOST_OUTPUTS = 64;

    private final Labels labels;
    private final Choosing choosing;
    private final double[] ofLabels;
    private final double[][] ofNodes;
    /// What the batch that is being made has of the tree.
    private final List<Read> reads = new ArrayList<>();
    private int tree;
    /// The node that is read next; the root is read with the prompt.
    private int next;
    private int nextBefore;

    LabelSequence(DecodeRequest request, int index, Choosing choosing, Decoder decoder) {
        super(request, index, decoder);
        this.labels = choosing.labels();
        this.choosing = choosing;
        this.ofLabels = new double[labels.size()];
        this.ofNodes =
                labels.trees().stream().map(each -> new double[each.size()]).toArray(double[][]::new);
    }

    private record Read(int node, int output) {}

    @Override
    void displace() {
        super.displace();
        tree = 0;
        next = LabelTree.ROOT;
    }

    @Override
    void contribute(int most) {
        super.contribute(most);
        reads.clear();
        nextBefore = next;
        if (next == LabelTree.ROOT) {
            return;
        }
        var read = labels.trees().get(tree);
        while (next < read.size() && decoder().room() > 0 && decoder().outputs() < MOST_OUTPUTS) {
            var sequences =
                    read.branches(next).stream().mapToInt(branchIds()::get).toArray();
            var position = promptLength() + read.position(next);
            reads.add(new Read(next, decoder().add(request().adapter(), read.token(next), position, sequences, true)));
            next++;
        }
        request().batched(next - nextBefore);
    }

    @Override
    void takeBack() {
        super.takeBack();
        reads.clear();
        request().batched(nextBefore - next);
        next = nextBefore;
    }

    @Override
    boolean isFinite() {
        return super.isFinite() && reads.stream().allMatch(read -> decoder().areFinite(read.output));
    }

    @Override
    int nextRoomTokens() {
        return mostTokens();
    }

    @Override
    Delta advance() {
        if (output() != NO_OUTPUT) {
            IntStream.range(0, labels.trees().size()).forEach(each -> score(each, LabelTree.ROOT, output()));
            begin(0);
        }
        reads.forEach(read -> score(tree, read.node, read.output));
        while (!ended() && next == labels.trees().get(tree).size()) {
            begin(tree + 1);
        }
        return ended()
                ? new Delta(labels.text(likeliest(choosing.weighed(ofLabels))), List.of())
                : new Delta("", List.of());
    }

    private void score(int scored, int node, int output) {
        var of = labels.trees().get(scored);
        of.score(node, decoder().logprobs(of.following(node), output), ofNodes[scored], ofLabels);
    }

    /// Makes the prompt the beginning of each branch.
    private void begin(int newTree) {
        tree = newTree;
        next = LabelTree.ROOT + 1;
        branchIds().forEach(decoder()::remove);
        if (!ended()) {
            branchIds()
                    .subList(0, labels.trees().get(tree).branches())
                    .forEach(branch -> decoder().copy(id(), branch, promptLength()));
        }
    }

    private static int likeliest(double[] logprobs) {
        return IntStream.range(0, logprobs.length)
                .reduce((a, b) -> logprobs[b] > logprobs[a] ? b : a)
                .orElseThrow();
    }

    @Override
    boolean isWriting() {
        return false;
    }

    @Override
    int branches() {
        return labels.branches();
    }

    @Override
    boolean ended() {
        return tree == labels.trees().size();
    }

    @Override
    Answer answer() {
        var weighed = choosing.weighed(ofLabels);
        var chosen = likeliest(weighed);
        var probabilities = probabilities(weighed, weighed[chosen]);
        return new Answer(
                labels.text(chosen),
                Finish.STOP,
                labels.length(chosen),
                List.of(),
                OptionalDouble.of(probabilities.get(labels.text(chosen))),
                probabilities);
    }

    private Map<String, Double> probabilities(double[] logprobs, double greatest) {
        var sum = Arrays.stream(logprobs)
                .map(logprob -> Math.exp(logprob - greatest))
                .sum();
        var probabilities = new LinkedHashMap<String, Double>();
        for (var label = 0; label < logprobs.length; label++) {
            probabilities.put(labels.text(label), Math.exp(logprobs[label] - greatest) / sum);
        }
        return Collections.unmodifiableMap(probabilities);
    }

    @Override
    void close() {
        // Nothing of it is native.
    }
}
