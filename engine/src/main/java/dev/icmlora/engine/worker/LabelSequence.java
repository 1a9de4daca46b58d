package dev.icmlora.engine.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import dev.icmlora.engine.worker.Answer.PromptStates;
import dev.icmlora.engine.worker.AnswerListener.Delta;
import dev.icmlora.engine.worker.Extracting.Spans;
import dev.icmlora.engine.worker.Labels.LabelTree;

/// An answer that is one of some labels. After the prompt, the trees of the labels are read one after the
/// other, each in as few batches as it fits into. A tree of labels that differ in their first token is known
/// with the prompt.
final class LabelSequence extends Sequence {

    /// Of a batch, with those of other sequences: llama.cpp keeps memory for the scores of the most there were.
    private static final int MOST_OUTPUTS = 64;

    /// What is chosen from, by the output that follows the prompt.
    private final IntFunction<Choosing> choices;
    private final int branches;
    /// First token whose states are wanted; the prompt's length if those of none are.
    private final int statesFrom;
    /// Null as long as the prompt was not read.
    private Choosing choosing;
    private double[] ofLabels;
    private double[][] ofNodes;
    /// What the batch that is being made has of the tree.
    private final List<Read> reads = new ArrayList<>();
    /// Tokens of the batch that is being made whose states are wanted.
    private final List<Watched> watched = new ArrayList<>();
    /// The sum of the states that were read, and the last one, for each layer.
    private final List<double[]> sums = new ArrayList<>();
    /// Where spans are scored, the states of each token.
    private final List<List<float[]>> each = new ArrayList<>();
    private List<float[]> last = List.of();
    private int summed;
    private int tree;
    /// The node that is read next; the root is read with the prompt.
    private int next;
    private int nextBefore;

    private LabelSequence(
            DecodeRequest request,
            int index,
            IntFunction<Choosing> choices,
            int branches,
            int statesFrom,
            Decoder decoder) {
        super(request, index, decoder);
        this.choices = choices;
        this.branches = branches;
        this.statesFrom = statesFrom == Wanted.NO_STATES ? promptLength() : Math.min(statesFrom, promptLength() - 1);
    }

    static LabelSequence of(DecodeRequest request, int index, Choosing choosing, Decoder decoder) {
        var branches = choosing.labels().branches();
        return new LabelSequence(request, index, _ -> choosing, branches, choosing.statesFrom(), decoder);
    }

    static LabelSequence of(DecodeRequest request, int index, Extracting extracting, Decoder decoder) {
        var spans = extracting.spans(index);
        IntFunction<Choosing> likely = output -> {
            var labels = spans.likely(decoder.logprobs(spans.beginnings(), output));
            return new Choosing(labels, List.of(), extracting.statesFrom(), extracting.listener(), extracting.salt());
        };
        return new LabelSequence(request, index, likely, Spans.BRANCHES, extracting.statesFrom(), decoder);
    }

    private record Read(int node, int output) {}

    /// @param at what the decoder calls it
    private record Watched(int token, int at) {}

    @Override
    void displace() {
        super.displace();
        choosing = null;
        watched.clear();
        sums.clear();
        each.clear();
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
        var read = trees().get(tree);
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
        if (token < promptLength() && token >= statesFrom) {
            decoder().watch(at);
            watched.add(new Watched(token, at));
        }
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
            choose(choices.apply(output()));
            IntStream.range(0, trees().size()).forEach(each -> score(each, LabelTree.ROOT, output()));
            begin(0);
        }
        reads.forEach(read -> score(tree, read.node, read.output));
        while (choosing != null && !ended() && next == trees().get(tree).size()) {
            begin(tree + 1);
        }
        return ended()
                ? new Delta(choosing.labels().text(Choosing.likeliest(choosing.weighed(ofLabels))), List.of())
                : new Delta("", List.of());
    }

    private void choose(Choosing known) {
        choosing = known;
        ofLabels = new double[choosing.labels().size()];
        ofNodes = trees().stream().map(each -> new double[each.size()]).toArray(double[][]::new);
    }

    private List<LabelTree> trees() {
        return choosing.labels().trees();
    }

    private void read(List<float[]> states, int token) {
        if (request().wanted() instanceof Extracting) {
            each.add(states);
            return;
        }
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
        return choosing.hasStates() ? Optional.of(new PromptStates(last, means.toList(), each)) : Optional.empty();
    }

    private void score(int scored, int node, int output) {
        var of = trees().get(scored);
        of.score(node, decoder().logprobs(of.following(node), output), ofNodes[scored], ofLabels);
    }

    /// Makes the prompt the beginning of each branch.
    private void begin(int newTree) {
        tree = newTree;
        next = LabelTree.ROOT + 1;
        branchIds().forEach(decoder()::remove);
        if (!ended()) {
            branchIds()
                    .subList(0, trees().get(tree).branches())
                    .forEach(branch -> decoder().copy(id(), branch, promptLength()));
        }
    }

    @Override
    boolean isWriting() {
        return false;
    }

    @Override
    int labelTokens() {
        return choosing.labels().readTokens();
    }

    @Override
    int branches() {
        return branches;
    }

    @Override
    boolean ended() {
        return choosing != null && tree == trees().size();
    }

    @Override
    Answer answer() {
        return choosing.answer(choosing.weighed(ofLabels), states());
    }
}
