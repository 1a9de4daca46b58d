package dev.icmlora.engine.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.generator.task.Task;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.Tensor;

/// Tunes adapters on the examples of a task, with the base model in graphs of its own.
///
/// Belongs to one thread at a time together with its backend; several tuners may share the weights. Everything is
/// borrowed and must outlive it and its tunings.
public final class Tuner {
    /// Tokens of an example with the description. What a tuning takes of memory grows with the longest one.
    static final int MOST_TOKENS = 768;

    private final FrozenWeights weights;
    private final PromptFormat format;
    private final Backend backend;
    private final int mostTokens;
    private final List<Float> rates;

    /// @param contextTokens most that an example with the description may have; [#MOST_TOKENS] if that is less
    /// @param rates how many times a step's rate each matrix B is tuned at, in an adapter's order; none for once
    public Tuner(FrozenWeights weights, PromptFormat format, Backend backend, int contextTokens, List<Float> rates) {
        this.weights = weights;
        this.format = format;
        this.backend = backend;
        this.mostTokens = Math.min(contextTokens, MOST_TOKENS);
        this.rates = List.copyOf(rates);
    }

    /// Begins, and computes nothing yet. Examples that are too long take no part.
    ///
    /// @throws IllegalArgumentException if the task has no examples, or the adapter is not for this model
    /// @throws UnusableInputException for the first example, if all are too long
    public Tuning begin(Adapter adapter, Task task, TuningOptions options) {
        return prepare(adapter, task, options, Optional.empty()).get();
    }

    /// The same in two parts: cuts the examples into tokens, which any thread may do, and gives what begins.
    ///
    /// @param from where a tuning of the same adapter, task and options was ended; this one goes on there
    public Supplier<Tuning> prepare(Adapter adapter, Task task, TuningOptions options, Optional<PausedTuning> from) {
        requireFits(adapter.layout());
        if (task.examples().isEmpty()) {
            throw new IllegalArgumentException("there are no examples to tune on; give one or more");
        }
        Prompt packed = format.packed(task.description(), List.of());
        List<ExampleTokens> examples = new ArrayList<>();
        for (Example example : task.examples()) {
            ExampleTokens tokens = ExampleTokens.of(format, packed, examples.size(), example);
            if (tokens.tokens().length <= mostTokens) {
                examples.add(tokens);
            }
        }
        if (examples.isEmpty()) {
            int tokens = ExampleTokens.of(format, packed, 0, task.examples().getFirst())
                    .tokens()
                    .length;
            throw new UnusableInputException(
                    "task/examples/0",
                    mostTokens,
                    tokens,
                    "/task/examples/0 has %d tokens with the description, %d fit, and all others are too long too"
                            .formatted(tokens, mostTokens));
        }
        return () -> new Tuning(weights, backend, adapter, examples, options, rates, from);
    }

    private void requireFits(AdapterLayout layout) {
        if (layout.layers() != weights.shape().layers()) {
            throw new IllegalArgumentException("the adapter has " + layout.layers() + " layers, the base model "
                    + weights.shape().layers());
        }
        int matrices = layout.layers() * layout.targets().size();
        if (!rates.isEmpty() && rates.size() != matrices) {
            throw new IllegalArgumentException(
                    "the adapter has " + matrices + " matrices B, the generator learned rates for " + rates.size());
        }
        for (Target target : layout.targets()) {
            Module module = Module.of(target.module())
                    .orElseThrow(() -> new IllegalArgumentException(
                            "the adapter changes " + target.module() + ", which the graph does not know"));
            Tensor matrix = weights.layer(0).matrix(module);
            if (target.in() != matrix.shape()[0] || target.out() != matrix.shape()[1]) {
                throw new IllegalArgumentException("the adapter takes " + target.in() + " features to " + target.out()
                        + " in " + target.module() + ", the base model " + matrix.shape()[0] + " to "
                        + matrix.shape()[1]);
            }
        }
    }
}
