package dev.icmlora.engine.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    /// Tokens of the batch that is being made whose states are wanted.
    private final List<Watched> watched = new ArrayList<>();
    /// The sum of the states that were read, and the last one, for each layer.
    private final List<double[]> sums = new ArrayList<>();
    private List<float[]> last = List.of();
    private int summed;
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

    /// @param at what the decoder calls it
    private record Watched(int token, int at) {}

    @Override
    void displace() {
        super.displace();
        watched.clear();
        sums.clear();
        summed = 0;
        tree = 0;
        next = LabelTree.ROOT;
    }

    @Override
    void contribute(int most) {
        watched.clear();
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
    void added(int token, int at) {
        if (choosing.hasStates() && token < promptLength() && token >= firstWatched()) {
            decoder().watch(at);
            watched.add(new Watched(token, at));
        }
    }

    private int firstWatched() {
        return Math.min(choosing.statesFrom(), promptLength() - 1);
    }

    @Override
    void takeBack() {
        super.takeBack();
        watched.clear();
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
        watched.forEach(each -> read(decoder().states(each.at), each.token));
        watched.clear();
        if (output() != NO_OUTPUT) {
            IntStream.range(0, labels.trees().size()).forEach(each -> score(each, LabelTree.ROOT, output()));
            begin(0);
        }
        reads.forEach(read -> score(tree, read.node, read.output));
        while (!ended() && next == labels.trees().get(tree).size()) {
            begin(tree + 1);
        }
        return ended()
                ? new Delta(labels.text(Choosing.likeliest(choosing.weighed(ofLabels))), List.of())
                : new Delta("", List.of());
    }

    private void read(List<float[]> states, int token) {
        for (var layer = 0; layer < states.size(); layer++) {
            var state = states.get(layer);
            if (sums.size() == layer) {
                sums.add(new double[state.length]);
            }
            for (var i = 0; i < state.length; i++) {
                sums.get(layer)[i] += state[i];
            }
        }
        summed++;
        last = token == promptLength() - 1 ? states : last;
    }

    private Optional<PromptStates> states() {
        var means = sums.stream().map(sum -> {
            var mean = new float[sum.length];
            for (var i = 0; i < mean.length; i++) {
                mean[i] = (float) (sum[i] / summed);
            }
            return mean;
        });
        return choosing.hasStates() ? Optional.of(new PromptStates(last, means.toList())) : Optional.empty();
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
        return choosing.answer(choosing.weighed(ofLabels), states());
    }

    @Override
    void close() {
        // Nothing of it is native.
    }
}
