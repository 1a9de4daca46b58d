package dev.icmlora.trainer.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.LongStream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.TensorInfo;
import dev.icmlora.trainer.torch.TorchScript;

/// The frozen base model in PyTorch: the weights of the GGUF file that also serves, de-quantised.
///
/// Belongs to the thread that started PyTorch.
public final class BaseModel implements AutoCloseable {
    private static final int WEIGHTS_OF_A_LAYER = 6;

    /// How the frozen matrices are stored and multiplied; norms, rotations and the residual stream are always F32.
    public enum Precision {
        F32,
        /// Twice as fast where the CPU multiplies bfloat16.
        BF16
    }

    private final LlamaConfig config;
    private final NDManager manager;
    private final TorchScript program;
    private final List<NDArray> weights = new ArrayList<>();

    private BaseModel(LlamaConfig config, NDManager manager) {
        this.config = config;
        this.manager = manager;
        SequencedMap<String, Number> constants = new LinkedHashMap<>();
        constants.put("heads", config.heads());
        constants.put("kv_heads", config.kvHeads());
        constants.put("head_size", config.headSize());
        constants.put("rope_base", config.ropeBase());
        constants.put("epsilon", config.epsilon());
        this.program = TorchScript.compile(BaseModel.class, "llama.torchscript", constants);
    }

    /// Reads a model file.
    ///
    /// @throws IllegalArgumentException when it is no model of the llama architecture
    public static BaseModel load(Path path, NDManager parent, Precision precision) {
        try (GgufFile file = GgufFile.open(path)) {
            BaseModel model = new BaseModel(LlamaConfig.of(file), parent.newSubManager());
            for (int i = 0; i < model.config.layers(); i++) {
                String layer = "blk." + i + ".";
                model.vector(file, layer + "attn_norm");
                model.matrix(file, precision, layer + "attn_q", layer + "attn_k", layer + "attn_v");
                model.matrix(file, precision, layer + "attn_output");
                model.vector(file, layer + "ffn_norm");
                model.matrix(file, precision, layer + "ffn_gate", layer + "ffn_up");
                model.matrix(file, precision, layer + "ffn_down");
            }
            model.vector(file, "output_norm");
            NDArray embeddings = model.stack(file, precision, "token_embd");
            if (file.tensor("output.weight").isPresent()) {
                model.matrix(file, precision, "output");
            } else {
                model.weights.add(embeddings);
            }
            model.weights.add(embeddings);
            return model;
        }
    }

    public LlamaConfig config() {
        return config;
    }

    /// What a batch costs.
    ///
    /// @param losses cross entropy of each answer token `[answer tokens]`
    /// @param hits 1 where the answer token was the likeliest, else 0
    public record Outcome(NDArray losses, NDArray hits) {}

    /// Runs a batch; gradients flow to the adapters' matrices.
    public Outcome losses(NDManager scope, Batch batch, Lora lora) {
        NDList outcome = program.call(
                scope,
                "losses",
                cells(scope, batch, batch.tokens()),
                cells(scope, batch, batch.positions()),
                cells(scope, batch, batch.branches()),
                scope.create(batch.owners()),
                scope.create(batch.rows()),
                scope.create(batch.targets()),
                weights,
                modules(scope, lora, lora.a()),
                modules(scope, lora, lora.b()),
                scope.create(lora.scale()));
        return new Outcome(outcome.get(0), outcome.get(1));
    }

    /// Takes a step of Adam on B of every adapter, as the engine's tuning does. Gradients do not flow through it.
    ///
    /// @param shares how much each answer token counts, adding up to 1 for each adapter
    /// @param rates of each matrix B, in the adapters' order
    public LoraTuning tuned(
            NDManager scope, Batch batch, float[] shares, LoraTuning before, float[] rates, float beta1, float beta2) {
        Lora lora = before.lora();
        NDList after = program.call(
                scope,
                "tuned",
                cells(scope, batch, batch.tokens()),
                cells(scope, batch, batch.positions()),
                cells(scope, batch, batch.branches()),
                scope.create(batch.owners()),
                scope.create(batch.rows()),
                scope.create(batch.targets()),
                scope.create(shares),
                weights,
                modules(scope, lora, lora.a()),
                modules(scope, lora, lora.b()),
                modules(scope, lora, before.means()),
                modules(scope, lora, before.squares()),
                scope.create(lora.scale()),
                scope.create(ofModules(lora, rates)),
                scope.create(new float[] {before.steps() + 1, beta1, beta2}));
        int each = after.size() / 3;
        return new LoraTuning(
                new Lora(lora.modules(), lora.a(), adapted(lora, after.subList(0, each)), lora.scale()),
                adapted(lora, after.subList(each, 2 * each)),
                adapted(lora, after.subList(2 * each, 3 * each)),
                before.steps() + 1);
    }

    /// The logits `[rows, vocabulary]` at the batch's rows.
    public NDArray logits(NDManager scope, Batch batch, Lora lora) {
        return program.call(
                        scope,
                        "logits",
                        cells(scope, batch, batch.tokens()),
                        cells(scope, batch, batch.positions()),
                        cells(scope, batch, batch.branches()),
                        scope.create(batch.owners()),
                        scope.create(batch.rows()),
                        weights,
                        modules(scope, lora, lora.a()),
                        modules(scope, lora, lora.b()),
                        scope.create(lora.scale()))
                .singletonOrThrow();
    }

    /// The weights of a layer, as the program takes them, its attention norm first.
    List<NDArray> layer(int layer) {
        return weights.subList(WEIGHTS_OF_A_LAYER * layer, WEIGHTS_OF_A_LAYER * (layer + 1));
    }

    /// The token embeddings `[vocabulary, hidden]`.
    NDArray embeddings() {
        return weights.getLast();
    }

    /// The states `[samples, length, hidden]` after a layer. To the program it is a model of one layer, with the
    /// states before it as embeddings.
    NDArray after(NDManager scope, int layer, NDArray states, Batch batch, Lora lora) {
        List<NDArray> own = new ArrayList<>(layer(layer));
        own.add(states.reshape(-1, config.hidden()));
        int from = LlamaConfig.MODULES.size() * layer;
        int to = from + LlamaConfig.MODULES.size();
        return program.call(
                        scope,
                        "hidden",
                        cells(
                                scope,
                                batch,
                                LongStream.range(0, batch.tokens().length).toArray()),
                        cells(scope, batch, batch.positions()),
                        cells(scope, batch, batch.branches()),
                        scope.create(batch.owners()),
                        own,
                        modules(scope, lora, lora.a()).subList(from, to),
                        modules(scope, lora, lora.b()).subList(from, to),
                        scope.create(lora.scale()))
                .singletonOrThrow();
    }

    /// A matrix for each module of each layer: an empty one where there is no adapter.
    private List<NDArray> modules(NDManager scope, Lora lora, List<NDArray> matrices) {
        NDArray none = scope.create(new Shape(0));
        List<String> adapted = lora.modules();
        List<NDArray> all = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            for (String module : LlamaConfig.MODULES) {
                int index = adapted.indexOf(module);
                all.add(index < 0 ? none : matrices.get(layer * adapted.size() + index));
            }
        }
        return all;
    }

    /// A number for each module of each layer, 0 where there is no adapter.
    private float[] ofModules(Lora lora, float[] numbers) {
        float[] all = new float[config.layers() * LlamaConfig.MODULES.size()];
        int next = 0;
        for (int i = 0; i < all.length; i++) {
            if (lora.modules().contains(LlamaConfig.MODULES.get(i % LlamaConfig.MODULES.size()))) {
                all[i] = numbers[next++];
            }
        }
        return all;
    }

    /// The other way round: of the matrices of all modules those that there are.
    private static List<NDArray> adapted(Lora lora, List<NDArray> all) {
        List<NDArray> adapted = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (lora.modules().contains(LlamaConfig.MODULES.get(i % LlamaConfig.MODULES.size()))) {
                adapted.add(all.get(i));
            }
        }
        return adapted;
    }

    private static NDArray cells(NDManager scope, Batch batch, long[] values) {
        return scope.create(values, new Shape(batch.samples(), batch.length()));
    }

    private void vector(GgufFile file, String name) {
        weights.add(manager.create(file.floats(info(file, name))));
    }

    private void matrix(GgufFile file, Precision precision, String... names) {
        weights.add(stack(file, precision, names));
    }

    /// Matrices `[out, in]` with the same input, one below the other.
    private NDArray stack(GgufFile file, Precision precision, String... names) {
        try (NDManager scope = manager.newSubManager()) {
            NDList parts = new NDList();
            for (String name : names) {
                TensorInfo info = info(file, name);
                long[] ne = info.shape();
                parts.add(scope.create(file.floats(info), new Shape(ne[1], ne[0])));
            }
            NDArray matrix = parts.size() == 1 ? parts.singletonOrThrow() : NDArrays.concat(parts, 0);
            if (precision == Precision.BF16) {
                matrix = program.call(scope, "bfloat16", matrix).singletonOrThrow();
            }
            matrix.attach(manager);
            return matrix;
        }
    }

    private static TensorInfo info(GgufFile file, String name) {
        return file.tensor(name + ".weight")
                .orElseThrow(() -> new IllegalArgumentException("the model file has no tensor " + name + ".weight"));
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
