package dev.icmlora.engine.tune;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import dev.icmlora.engine.tune.BaseModelWeights.LayerWeights;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Quantisation;
import dev.icmlora.ggml.Tensor;
import dev.icmlora.ggml.TensorStore;
import dev.icmlora.llama.LlamaModel;

/// The base model's weights for a pass forwards and back: llama.cpp's own tensors, and each matrix once more, rows and
/// columns exchanged, so that a gradient goes back through it by the same quick product that goes forward. One for
/// each model; graphs of several threads may use it at the same time, since none writes it.
///
/// All transposed matrices but those of 32-bit floats are at 8 bits, the output matrix at fewer, whatever the model
/// has: a product with a gradient adds its own rounding, which is larger. With 16-bit floats it would round the
/// gradient to those, and large ones to infinity. Queries, keys and values of the first layer are left out, since no
/// gradient goes below them.
public final class FrozenWeights implements AutoCloseable {
    private static final String OUTPUT = "output";
    /// The largest matrix of a small model. An error of a likelihood is a difference of few large entries, and 5 bits
    /// of each are enough to know where it points.
    private static final GgmlType OUTPUT_TYPE = GgmlType.Q5_0;

    /// Rows that are transposed at once, whole blocks of any type: the output matrix of a large vocabulary would
    /// take gigabytes as floats.
    private static final int BAND = 2048;

    private final BaseModelWeights own;
    private final TensorStore transposed;

    private FrozenWeights(BaseModelWeights own, TensorStore transposed) {
        this.own = own;
        this.transposed = transposed;
    }

    /// Why a model's adapters cannot be tuned, as far as its file says; empty if they can.
    public static Optional<String> refusal(LlamaModel model) {
        try {
            BaseModelShape.of(model);
            return Optional.empty();
        } catch (UnsupportedBaseModelException e) {
            return Optional.of(e.getMessage());
        }
    }

    /// Transposes the model, which takes about a second for 100 million weights.
    ///
    /// @param model which graphs keep alive
    /// @param backend whose device holds the copies
    /// @throws UnsupportedBaseModelException if the graph does not compute what the model does
    /// @throws dev.icmlora.ggml.NativeCallException if there is no memory for the copies
    public static FrozenWeights of(LlamaModel model, Backend backend) {
        BaseModelWeights own = BaseModelWeights.of(model);
        return new FrozenWeights(own, transposed(own, backend));
    }

    private static TensorStore transposed(BaseModelWeights own, Backend backend) {
        Map<String, Tensor> matrices = matrices(own);
        TensorStore store = TensorStore.ofCapacity(matrices.size());
        try {
            matrices.forEach((name, matrix) -> create(store, name, matrix));
            store.allocate(backend);
            matrices.forEach((name, matrix) -> fill(store, name, matrix));
            return store;
        } catch (RuntimeException | OutOfMemoryError e) {
            store.close();
            throw e;
        }
    }

    /// Those that are transposed.
    private static Map<String, Tensor> matrices(BaseModelWeights own) {
        Map<String, Tensor> matrices = new LinkedHashMap<>();
        for (int layer = 0; layer < own.layers().size(); layer++) {
            for (Module module : Module.values()) {
                if (isNeeded(layer, module)) {
                    matrices.put(name(layer, module), own.layers().get(layer).matrix(module));
                }
            }
        }
        matrices.put(OUTPUT, own.output());
        return matrices;
    }

    private static boolean isNeeded(int layer, Module module) {
        return layer > 0
                || switch (module) {
                    case QUERY, KEY, VALUE -> false;
                    case ATTENTION_OUTPUT, GATE, UP, DOWN -> true;
                };
    }

    private static String name(int layer, Module module) {
        return layer + "." + module.file();
    }

    private static void create(TensorStore store, String name, Tensor matrix) {
        long[] shape = matrix.shape();
        GgmlType quantised = name.equals(OUTPUT) ? OUTPUT_TYPE : GgmlType.Q8_0;
        GgmlType type = switch (matrix.type()) {
            case F32 -> GgmlType.F32;
            default -> shape[1] % quantised.blockElements() == 0 ? quantised : GgmlType.F16;
        };
        store.create(name, type, shape[1], shape[0]);
    }

    private static void fill(TensorStore store, String name, Tensor matrix) {
        int columns = Math.toIntExact(matrix.shape()[0]);
        int rows = Math.toIntExact(matrix.shape()[1]);
        Tensor target = store.tensor(name).orElseThrow();
        GgmlType type = target.type();
        byte[] transposed = new byte[Math.toIntExact(target.bytes())];
        int stride = Math.toIntExact(type.bytes(rows));
        for (int top = 0; top < rows; top += BAND) {
            int height = Math.min(rows - top, BAND);
            float[] band = transpose(matrix.rowsToFloats(top, top + height), height, columns);
            byte[] blocks = Quantisation.fromFloats(type, band, height);
            int start = Math.toIntExact(type.bytes(top));
            int width = Math.toIntExact(type.bytes(height));
            for (int column = 0; column < columns; column++) {
                System.arraycopy(blocks, column * width, transposed, column * stride + start, width);
            }
        }
        target.set(transposed);
    }

    /// `[rows][columns]` as `[columns][rows]`, in tiles, because a column of a large matrix touches a page for each of
    /// its values.
    static float[] transpose(float[] values, int rows, int columns) {
        int tile = 64;
        float[] transposed = new float[values.length];
        for (int top = 0; top < rows; top += tile) {
            int bottom = Math.min(rows, top + tile);
            for (int left = 0; left < columns; left += tile) {
                int right = Math.min(columns, left + tile);
                for (int column = left; column < right; column++) {
                    for (int row = top; row < bottom; row++) {
                        transposed[column * rows + row] = values[row * columns + column];
                    }
                }
            }
        }
        return transposed;
    }

    BaseModelShape shape() {
        return own.shape();
    }

    /// llama.cpp's own tensors.
    BaseModelWeights own() {
        return own;
    }

    LayerWeights layer(int layer) {
        return own.layers().get(layer);
    }

    Tensor transposed(int layer, Module module) {
        return transposed.tensor(name(layer, module)).orElseThrow();
    }

    Tensor outputTransposed() {
        return transposed.tensor(OUTPUT).orElseThrow();
    }

    /// Rows of the output matrix.
    int vocabulary() {
        return Math.toIntExact(own.output().shape()[1]);
    }

    public long bytes() {
        return transposed.bytes();
    }

    @Override
    public void close() {
        transposed.close();
    }
}
