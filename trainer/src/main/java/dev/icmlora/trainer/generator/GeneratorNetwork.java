package dev.icmlora.trainer.generator;

import dev.icmlora.trainer.paper.Cvae;
import dev.icmlora.trainer.paper.EncoderNetwork;
import dev.icmlora.trainer.shared.SharedAdapter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.generator.network.GeneratorArchitecture.TensorSpec;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.trainer.model.Lora;
import dev.icmlora.trainer.torch.TorchScript;

/// Prior and decoder with gradients: the trained side of {@link GeneratorArchitecture}, with the same tensor names.
final class GeneratorNetwork implements AutoCloseable {
    /// Multiplies the heads' output. Adam moves every weight by about the learning rate; a head adds up hundreds of
    /// them, and without this its output would jump farther in one step than B0 is long.
    static final float OUTPUT_SCALE = 0.03f;

    private static final String HEAD = "decoder.head.";
    /// A narrow posterior to begin with: the decoder first learns from means, not from noise.
    static final float INITIAL_LOG_VARIANCE = -4;

    private final GeneratorArchitecture architecture;
    private final PriorForm form;
    private final SharedAdapter shared;
    private final TorchScript program;
    private final SequencedMap<String, NDArray> weights = new LinkedHashMap<>();
    private final NDArray seen;

    /// The heads begin at zero, so that every adapter begins as B0.
    ///
    /// @throws IllegalArgumentException when the latent is too small for a code and something to draw
    GeneratorNetwork(
            GeneratorArchitecture architecture, PriorForm form, SharedAdapter shared, long seed, NDManager manager) {
        this.architecture = architecture;
        this.form = form;
        this.shared = shared;
        int coded = form.prior().coded(architecture.latent());
        if (form.prior() == Prior.STANDARD && coded == 0) {
            throw new IllegalArgumentException(
                    "--latent must be at least 2 with --prior STANDARD, is " + architecture.latent());
        }
        SplittableRandom random = new SplittableRandom(seed);
        architecture.tensors().forEach((name, spec) -> {
            if (isPartOf(name)) {
                float[] values = form.shape(name, initial(name, spec, random), architecture);
                weights.put(name, manager.create(values, shape(spec)));
            }
        });
        this.seen = manager.create(form.seen(TaskVector.length(architecture.hidden())));
        SequencedMap<String, Number> constants = new LinkedHashMap<>();
        constants.put("output_scale", (double) OUTPUT_SCALE);
        constants.put("epsilon", (double) GeneratorArchitecture.NORM_EPSILON);
        constants.put("coded", coded);
        this.program = TorchScript.compile(GeneratorNetwork.class, "generator.torchscript", constants);
    }

    private static boolean isPartOf(String tensor) {
        return tensor.startsWith("prior.") || tensor.startsWith("decoder.");
    }

    static boolean isHead(String tensor) {
        return tensor.startsWith(HEAD);
    }

    PriorForm form() {
        return form;
    }

    SequencedMap<String, NDArray> parameters() {
        return part(false);
    }

    /// What the prior's form fixes.
    SequencedMap<String, NDArray> constants() {
        return part(true);
    }

    private SequencedMap<String, NDArray> part(boolean fixed) {
        SequencedMap<String, NDArray> part = new LinkedHashMap<>();
        weights.forEach((name, array) -> {
            if (form.isFixed(name) == fixed) {
                part.put(name, array);
            }
        });
        return part;
    }

    int latent() {
        return architecture.latent();
    }

    /// The dimensions of z that are drawn: all of them, or those behind the task's code.
    int drawn() {
        return latent() - form.prior().coded(latent());
    }

    /// @param divergence KL(p(z given c) || N(0, I)) of each dimension that is drawn `[tasks, drawn]`
    /// @param lora one adapter for each task
    record Generated(NDArray divergence, Lora lora) {}

    /// @param vectors standardised task vectors, one a task
    /// @param noise `[tasks][latent]` standard normal, or zero for the mean adapter
    Generated generate(NDManager scope, float[][] vectors, float[][] noise) {
        NDList generated = program.call(
                scope,
                "generate",
                scope.create(vectors).mul(seen),
                scope.create(noise),
                select(false),
                select(true),
                shared.b0());
        List<NDArray> b = List.copyOf(generated.subList(1, generated.size()));
        return new Generated(generated.getFirst(), shared.lora(b));
    }

    /// The mean adapters of standardised task vectors.
    Lora adapters(NDManager scope, float[][] vectors) {
        return generate(scope, vectors, new float[vectors.length][latent()]).lora();
    }

    /// @param deltas dB of each module `[tasks, layers, out * rank]`
    /// @param spreads standard deviation of each module's dB `[modules]`
    /// @param noise `[tasks][latent]` standard normal
    /// @param encoder as in {@link EncoderNetwork#arrays}
    Cvae.Reconstruction reconstruct(
            NDManager scope,
            float[][] vectors,
            List<NDArray> deltas,
            float[][] noise,
            NDArray spreads,
            List<NDArray> encoder) {
        NDList result = program.call(
                scope,
                "reconstruct",
                scope.create(vectors).mul(seen),
                deltas,
                scope.create(noise),
                spreads,
                select(false),
                select(true),
                encoder);
        return new Cvae.Reconstruction(result.get(0), result.get(1));
    }

    private List<NDArray> select(boolean heads) {
        List<NDArray> selected = new ArrayList<>();
        for (Map.Entry<String, NDArray> weight : weights.entrySet()) {
            if (isHead(weight.getKey()) == heads) {
                selected.add(weight.getValue());
            }
        }
        return selected;
    }

    private static float[] initial(String name, TensorSpec spec, SplittableRandom random) {
        float[] values = new float[Math.toIntExact(spec.elements())];
        float constant = constant(name);
        float deviation = deviation(name, spec);
        for (int i = 0; i < values.length; i++) {
            values[i] = constant + deviation * (float) random.nextGaussian();
        }
        return values;
    }

    private static float constant(String name) {
        return switch (name) {
            case "prior.log_variance.bias" -> INITIAL_LOG_VARIANCE;
            case "decoder.norm.weight" -> 1;
            default -> 0;
        };
    }

    private static float deviation(String name, TensorSpec spec) {
        if (name.equals("decoder.layer.bias")) {
            return 0.5f;
        }
        boolean random = name.endsWith(".weight")
                && !isHead(name)
                && !name.startsWith("prior.log_variance")
                && !name.startsWith("decoder.norm");
        return random ? (float) (1 / Math.sqrt(spec.ne()[0])) : 0;
    }

    private static Shape shape(TensorSpec spec) {
        long[] ne = spec.ne();
        long[] shape = new long[ne.length];
        for (int i = 0; i < ne.length; i++) {
            shape[i] = ne[ne.length - 1 - i];
        }
        return new Shape(shape);
    }

    @Override
    public void close() {
        program.close();
    }
}
