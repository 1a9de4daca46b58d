package dev.icmlora.trainer.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;

import dev.icmlora.trainer.torch.TorchScript;

/// The uncentred second moments of what goes into each layer's query, key and value projections, over many tokens.
public final class AttentionMoments implements AutoCloseable {
    private final BaseModel model;
    private final NDManager manager;
    private final TorchScript program;
    private final List<NDArray> moments = new ArrayList<>();

    /// @param parent owner of the moments
    public AttentionMoments(BaseModel model, NDManager parent) {
        this.model = model;
        this.manager = parent.newSubManager();
        SequencedMap<String, Number> constants = new LinkedHashMap<>();
        constants.put("epsilon", model.config().epsilon());
        this.program = TorchScript.compile(AttentionMoments.class, "moments.torchscript", constants);
        int hidden = model.config().hidden();
        for (int layer = 0; layer < model.config().layers(); layer++) {
            moments.add(manager.zeros(new Shape(hidden, hidden)));
        }
    }

    /// Adds all tokens of some samples.
    ///
    /// @param lora that the model runs with
    public void add(List<Batch.Sample> samples, Lora lora) {
        Batch batch = Batch.of(samples);
        long[] tokens = IntStream.range(0, samples.size())
                .mapToObj(s -> LongStream.range(0, samples.get(s).length()).map(t -> (long) s * batch.length() + t))
                .flatMapToLong(row -> row)
                .toArray();
        try (NDManager scope = manager.newSubManager()) {
            NDArray ids = scope.create(batch.tokens(), new Shape(batch.samples(), batch.length()));
            NDArray states =
                    program.call(scope, "embedded", ids, model.embeddings()).singletonOrThrow();
            NDArray rows = scope.create(tokens);
            for (int layer = 0; layer < moments.size(); layer++) {
                NDArray norm = model.layer(layer).getFirst();
                moments.get(layer)
                        .addi(program.call(scope, "moment", states, norm, rows).singletonOrThrow());
                if (layer + 1 < moments.size()) {
                    states = model.after(scope, layer, states, batch, lora);
                }
            }
        }
    }

    /// The principal directions of a layer's inputs x, the greatest first `[count, hidden]`, each as long as makes
    /// the mean square of x along it that of a dimension of x on average.
    ///
    /// @param count at most the hidden size
    public NDArray directions(NDManager scope, int layer, int count) {
        return program.call(scope, "directions", moments.get(layer))
                .singletonOrThrow()
                .get(new NDIndex("0:" + count));
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
