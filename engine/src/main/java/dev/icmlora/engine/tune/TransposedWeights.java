package dev.icmlora.engine.tune;

import java.util.List;

import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Quantisation;
import dev.icmlora.ggml.Tensor;
import dev.icmlora.ggml.TensorStore;

/// Each matrix of the model once more, rows and columns exchanged, so that a gradient goes back through it by the
/// same quick product that goes forward.
///
/// All but those of 32-bit floats are at 8 bits but for the output matrix, whatever the model has: a product with a
/// gradient adds its own rounding, which is larger. With 16-bit floats it would round the gradient to those, and large
/// ones to infinity. Queries, keys and values of the first layer are left out, since no gradient goes below them.
final class TransposedWeights implements AutoCloseable {
    private static final String OUTPUT = "output";
    /// The largest matrix of a small model. An error of a likelihood is a difference of few large entries, and 5 bits
    /// of each are enough to know where it points.
    private static final GgmlType OUTPUT_TYPE = GgmlType.Q5_0;

    /// Rows that are transposed at once, whole blocks of any type: the output matrix of a large vocabulary would
    /// take gigabytes as floats.
    private static final int BAND = 2048;

    private final TensorStore store;

    private TransposedWeights(TensorStore store) {
        this.store = store;
    }

    static TransposedWeights of(List<LayerWeights> layers, Tensor output, Backend backend) {
        TensorStore store = TensorStore.ofCapacity(layers.size() * Module.values().length + 1);
        try {
            for (int layer = 0; layer < layers.size(); layer++) {
                for (Module module : Module.values()) {
                    if (isNeeded(layer, module)) {
                        create(store, name(layer, module), layers.get(layer).matrix(module), GgmlType.Q8_0);
                    }
                }
            }
            create(store, OUTPUT, output, OUTPUT_TYPE);
            store.allocate(backend);
            for (int layer = 0; layer < layers.size(); layer++) {
                for (Module module : Module.values()) {
                    if (isNeeded(layer, module)) {
                        fill(store, name(layer, module), layers.get(layer).matrix(module));
                    }
                }
            }
            fill(store, OUTPUT, output);
            return new TransposedWeights(store);
        } catch (RuntimeException | OutOfMemoryError e) {
            store.close();
            throw e;
        }
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

    /// @param quantised the type of a matrix whose weights are no 32-bit floats
    private static void create(TensorStore store, String name, Tensor matrix, GgmlType quantised) {
        long[] shape = matrix.shape();
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

    /// In tiles, because a column of a large matrix touches a page for each of its values.
    private static float[] transpose(float[] values, int rows, int columns) {
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

    Tensor matrix(int layer, Module module) {
        return store.tensor(name(layer, module)).orElseThrow();
    }

    Tensor output() {
        return store.tensor(OUTPUT).orElseThrow();
    }

    long bytes() {
        return store.bytes();
    }

    @Override
    public void close() {
        store.close();
    }
}
