package dev.icmlora.generator.network;

import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.vector.TaskVector;

/// The formulas of {@link GeneratorArchitecture} in plain double arithmetic: what the ggml graphs are checked against.
final class ReferenceGenerator {
    private final GeneratorFile file;
    private final GeneratorArchitecture sizes;

    ReferenceGenerator(GeneratorFile file) {
        this.file = file;
        this.sizes = file.manifest().architecture();
    }

    double[] priorMean(TaskVector task) {
        return linear("prior.mean", hidden(task));
    }

    /// B of one layer and module, `[out][rank]` flattened.
    double[] b(float[] latent, double strength, int layer, Target target) {
        double[] x = new double[latent.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = latent[i];
        }
        double[] trunk = multiply("decoder.latent.weight", x, sizes.decoderUnits());
        float[] layers = file.floats("decoder.layer.bias");
        for (int i = 0; i < trunk.length; i++) {
            trunk[i] = silu(trunk[i] + layers[layer * trunk.length + i]);
        }
        double[] block = linear("decoder.1", trunk);
        double mean = 0;
        for (int i = 0; i < trunk.length; i++) {
            trunk[i] += silu(block[i]);
            mean += trunk[i] / trunk.length;
        }
        double variance = 0;
        for (double value : trunk) {
            variance += (value - mean) * (value - mean) / trunk.length;
        }
        float[] gain = file.floats("decoder.norm.weight");
        float[] bias = file.floats("decoder.norm.bias");
        for (int i = 0; i < trunk.length; i++) {
            trunk[i] = (trunk[i] - mean) / Math.sqrt(variance + GeneratorArchitecture.NORM_EPSILON) * gain[i] + bias[i];
        }
        int outputs = sizes.adapter().rank() * target.out();
        double[] b = multiply(GeneratorArchitecture.head(target), trunk, outputs);
        float[] b0 = file.floats(GeneratorArchitecture.b0(target));
        for (int i = 0; i < outputs; i++) {
            b[i] = b0[layer * outputs + i] + strength * b[i];
        }
        return b;
    }

    private double[] hidden(TaskVector task) {
        float[] c = file.statistics().apply(task);
        double[] x = new double[c.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = c[i];
        }
        double[] hidden = linear("prior.0", x);
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] = silu(hidden[i]);
        }
        return hidden;
    }

    private double[] linear(String layer, double[] x) {
        float[] bias = file.floats(layer + ".bias");
        double[] y = multiply(layer + ".weight", x, bias.length);
        for (int i = 0; i < y.length; i++) {
            y[i] += bias[i];
        }
        return y;
    }

    private double[] multiply(String weight, double[] x, int outputs) {
        float[] w = file.floats(weight);
        double[] y = new double[outputs];
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < x.length; i++) {
                y[o] += w[o * x.length + i] * x[i];
            }
        }
        return y;
    }

    private static double silu(double x) {
        return x / (1 + Math.exp(-x));
    }
}
