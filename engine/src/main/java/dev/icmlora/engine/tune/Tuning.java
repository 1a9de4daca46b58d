package dev.icmlora.engine.tune;

import java.io.Serializable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import dev.icmlora.engine.tune.BlockGraph.PathStates;
import dev.icmlora.engine.tune.BlockTree.Pass;
import dev.icmlora.engine.tune.BlockTree.Visit;
import dev.icmlora.engine.tune.Tuning.Summary.Outcome;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GraphMemory;

/// Tunes one adapter, slice by slice: a slice is some of the operations of a pass over one block of tokens, and
/// between two of them the thread may do something else. The same adapter, examples and options give the same
/// bytes on the same kind of processor.
public final class Tuning implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Tuning.class.getName());
    /// Of a slice, but for an operation that takes longer; the texts that are decoded meanwhile wait for as long.
    private static final Duration SLICE = Duration.ofMillis(50);

    /// Tokens that are computed together, so that they take little memory. A constant, since other blocks add up in
    /// another order and give other bytes.
    static final int BLOCK_TOKENS = 64;

    private final FrozenWeights weights;
    private final Backend backend;
    private final Adapter start;
    private final TuningOptions options;
    /// Of each step.
    private final List<BlockTree> trees;
    private final LoraTensors lora;
    private final PathStates path;
    private final GraphMemory memory;
    private final TuningState state;
    private final List<ExampleTokens> examples;
    private final double[] before;
    private final double[] after;
    /// Of each example, when a step last came to it.
    private final double[] latest;
    private final Deque<Visit> visits = new ArrayDeque<>();
    private final int visitsOfAll;
    /// Steps that were taken before it went on.
    private final int first;
    /// Of the visit that comes next; null if it was not begun.
    private BlockGraph graph;
    private Runnable afterVisits = () -> {};
    private int visitsDone;
    private int step;
    private double lossOfStep = Double.NaN;
    private int tokens;
    private Outcome outcome = Outcome.TUNED;
    private boolean done;
    private boolean endingSoon;
    private Optional<PausedTuning> paused = Optional.empty();

    /// How far a tuning is.
    ///
    /// @param step steps that are done
    /// @param steps of all
    /// @param loss mean loss of an answer token that the last step saw, before it changed anything; NaN before the
    /// first
    /// @param done share of all work, 0 to 1
    public record Progress(int step, int steps, double loss, double done) {}

    /// @param adapter tuned, or the one that tuning began with
    /// @param tokens of the examples of all steps that were begun since it began or went on
    /// @param paused from where it can go on, if it was ended before its last step
    public record Result(Adapter adapter, Summary summary, int tokens, Optional<PausedTuning> paused) {}

    Tuning(
            FrozenWeights weights,
            Backend backend,
            Adapter start,
            List<ExampleTokens> examples,
            TuningOptions options,
            List<Float> rates,
            Optional<PausedTuning> from) {
        this.weights = weights;
        this.backend = backend;
        this.start = start;
        this.options = options;
        this.examples = examples;
        this.trees = BlockTree.ofSteps(examples, options, BLOCK_TOKENS);
        this.before = new double[examples.size()];
        this.after = new double[examples.size()];
        this.latest = new double[examples.size()];
        Arrays.fill(before, Double.NaN);
        Arrays.fill(after, Double.NaN);
        Arrays.fill(latest, Double.NaN);
        from.ifPresent(this::takeLosses);
        this.first = from.map(PausedTuning::steps).orElse(0);
        this.step = first;
        this.lora = LoraTensors.of(start, backend);
        try {
            int depth = trees.stream().mapToInt(BlockTree::depth).max().orElseThrow();
            this.path = depth == 0 ? null : new PathStates(weights.shape(), depth, backend);
        } catch (RuntimeException e) {
            lora.close();
            throw e;
        }
        this.memory = BlockGraph.memory(backend, weights.shape().layers());
        this.state = new TuningState(lora, start, examples, options, rates, from);
        this.visitsOfAll = planned();
        this.visitsDone =
                trees.stream().limit(first).mapToInt(BlockTree::blocks).sum();
        beginStep();
    }

    private void takeLosses(PausedTuning paused) {
        System.arraycopy(paused.before, 0, before, 0, before.length);
        System.arraycopy(paused.latest, 0, latest, 0, latest.length);
        lossOfStep = paused.lossOfStep;
    }

    private int planned() {
        int steps = trees.stream().mapToInt(BlockTree::blocks).sum();
        return steps + trees.stream().distinct().mapToInt(BlockTree::blocks).sum();
    }

    public boolean isDone() {
        return done;
    }

    /// Computes with so many threads of the CPU from now on, as does all else on the same backend. It changes no byte.
    ///
    /// @param threads 1 up to those that the backend was opened with
    public void threads(int threads) {
        backend.threads(threads);
    }

    /// Computes the next slice.
    ///
    /// @throws IllegalStateException if it is done already
    /// @throws dev.icmlora.ggml.NativeCallException if there is no memory for the slice, or the device fails; the
    /// tuning is of no use then
    public void advance() {
        if (done) {
            throw new IllegalStateException("this tuning is done");
        }
        if (graph == null) {
            begin();
        } else if (graph.computeFor(SLICE)) {
            state.add(graph);
            endVisit();
        }
    }

    private void begin() {
        graph = new BlockGraph(memory, weights, lora, path, visits.element());
        if (visitsDone == 0 && !graph.unsupported().isEmpty()) {
            LOG.log(Level.INFO, "tuning: {0} lacks {1}, which the CPU computes", backend.name(), graph.unsupported());
        }
    }

    private void endVisit() {
        closeGraph();
        visits.remove();
        visitsDone++;
        if (visits.isEmpty()) {
            afterVisits.run();
        }
    }

    private void closeGraph() {
        if (graph != null) {
            graph.close();
            graph = null;
        }
    }

    /// Ends with the steps that were taken: what was begun of another one is dropped, and the losses afterwards are
    /// those that the last step began with. Where no step was taken since it began or went on, the next one is
    /// taken, and is the last.
    public void endAtOnce() {
        endingSoon = true;
        if (done || step == first) {
            return;
        }
        closeGraph();
        visits.clear();
        endUnmeasured();
    }

    private void endUnmeasured() {
        System.arraycopy(latest, 0, after, 0, after.length);
        end();
    }

    public Progress progress() {
        return new Progress(step, options.steps(), lossOfStep, done ? 1 : (double) visitsDone / visitsOfAll);
    }

    /// Tokens of the examples of all steps that were begun.
    public int tokens() {
        return tokens;
    }

    /// @throws IllegalStateException if it is not done
    public Result result() {
        if (!done) {
            throw new IllegalStateException("this tuning is not done");
        }
        return new Result(
                outcome == Outcome.DIVERGED ? start : state.adapter(),
                new Summary(outcome, step, meanOfSeen(before), meanOfSeen(after)),
                tokens,
                paused);
    }

    private void visit(List<Visit> next, Runnable then) {
        state.begin();
        visits.addAll(next);
        afterVisits = then;
    }

    private void beginStep() {
        tokens += trees.get(step).examples().stream()
                .mapToInt(example -> examples.get(example).tokens().length)
                .sum();
        visit(trees.get(step).visits(Pass.GRADIENTS), this::endStep);
    }

    private void endStep() {
        List<Integer> seen = trees.get(step).examples();
        lossOfStep = state.meanLoss(seen);
        remember(before, seen);
        seen.forEach(example -> latest[example] = state.loss(example));
        if (!Double.isFinite(lossOfStep) || !state.step(options.rateOf(step))) {
            diverge();
            return;
        }
        step++;
        if (endingSoon && first > 0 && step < options.steps()) {
            endUnmeasured();
        } else if (step == options.steps() || endingSoon) {
            measure();
        } else {
            beginStep();
        }
    }

    private void measure() {
        List<Visit> all = trees.stream()
                .limit(step)
                .distinct()
                .flatMap(tree -> tree.visits(Pass.LOSSES).stream())
                .toList();
        visit(all, this::endMeasured);
    }

    private void endMeasured() {
        remember(after, seen().boxed().toList());
        end();
    }

    private void end() {
        if (step < options.steps()) {
            paused = Optional.of(state.paused(lossOfStep, before, latest));
        }
        if (!(meanOfSeen(after) <= meanOfSeen(before))) {
            diverge();
        }
        done = true;
    }

    private void diverge() {
        outcome = Outcome.DIVERGED;
        System.arraycopy(before, 0, after, 0, after.length);
        done = true;
    }

    /// Where there are more examples than the steps take, some are never seen.
    private double meanOfSeen(double[] losses) {
        return seen().mapToDouble(i -> losses[i]).average().orElse(Double.NaN);
    }

    private IntStream seen() {
        return IntStream.range(0, before.length).filter(i -> !Double.isNaN(before[i]));
    }

    /// The first value stays.
    private void remember(double[] losses, List<Integer> seen) {
        for (int example : seen) {
            if (Double.isNaN(losses[example])) {
                losses[example] = state.loss(example);
            }
        }
    }

    /// Bytes of weights, states and graphs, beside the model's transposed copy: they grow to those of the largest
    /// block.
    public long bytes() {
        return lora.bytes() + (path == null ? 0 : path.bytes()) + memory.bytes();
    }

    @Override
    public void close() {
        closeGraph();
        memory.close();
        if (path != null) {
            path.close();
        }
        lora.close();
    }

    /// Sums a tuning up, over its examples.
    ///
    /// @param outcome which weights the adapter has
    /// @param steps that were taken
    /// @param lossBefore mean over the examples that the steps came to, each before it was trained on; nats a token
    /// @param lossAfter mean over the same examples afterwards
    public record Summary(Outcome outcome, int steps, double lossBefore, double lossAfter) implements Serializable {

        public enum Outcome {
            /// Those of the last step.
            TUNED,
            /// Those from before: the loss grew, or was no number.
            DIVERGED
        }
    }
}
