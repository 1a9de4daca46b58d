package dev.icmlora.trainer.generator;

import java.util.Collections;
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
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.torch.TorchScript;

/// Prior and decoder with gradients: the trained side of {@link GeneratorArchitecture}, with the same tensor names.
public final class GeneratorNetwork implements AutoCloseable {
    /// Multiplies the heads' output. Adam moves every weight by about the learning rate; a head adds up hundreds of
    /// them, and without this its output would jump farther in one step than B0 is long.
    static final float OUTPUT_SCALE = 0.03f;

    private static final TorchScript.Source SOURCE =
            new TorchScript.Source(GeneratorNetwork.class, "generator.torchscript");

    private static final String HEAD = "decoder.head.";
    /// A narrow posterior to begin with: the decoder first learns from means, not from noise.
    public static final float INITIAL_LOG_VARIANCE = -4;

    private final GeneratorArchitecture architecture;
    private final SharedAdapter shared;
    private final TorchScript program;
    private final SequencedMap<String, NDArray> weights = new LinkedHashMap<>();

    /// The heads begin at zero, so that every adapter begins as B0.
    public GeneratorNetwork(GeneratorArchitecture architecture, SharedAdapter shared, long seed, NDManager manager) {
        this.architecture = architecture;
        this.shared = shared;
        SplittableRandom random = new SplittableRandom(seed);
        architecture.tensors().forEach((name, spec) -> {
            if (isPartOf(name)) {
                weights.put(name, manager.create(initial(name, spec, random), shape(spec)));
            }
        });
        this.program = TorchScript.compile(List.of(SOURCE), constants());
    }

    private static SequencedMap<String, Number> constants() {
        SequencedMap<String, Number> constants = new LinkedHashMap<>();
        constants.put("output_scale", (double) OUTPUT_SCALE);
        constants.put("epsilon", (double) GeneratorArchitecture.NORM_EPSILON);
        return constants;
    }

    /// A program that has this one's methods too. The caller closes it.
    public static TorchScript extended(TorchScript.Source more) {
        return TorchScript.compile(List.of(SOURCE, more), constants());
    }

    private static boolean isPartOf(String tensor) {
        return tensor.startsWith("prior.") || tensor.startsWith("decoder.");
    }

    static boolean isHead(String tensor) {
        return tensor.startsWith(HEAD);
    }

    public SequencedMap<String, NDArray> parameters() {
        return Collections.unmodifiableSequencedMap(weights);
    }

    /// Values of a task vector.
    public int condition() {
        return TaskVector.length(architecture.hidden());
    }

    public int latent() {
        return architecture.latent();
    }

    /// @param divergence KL(p(z given c) || N(0, I)) of each dimension `[tasks, latent]`
    /// @param lora one adapter for each task
    public record Generated(NDArray divergence, Lora lora) {}

    /// @param vectors standardised task vectors, one a task
    /// @param noise `[tasks][latent]` standard normal, or zero for the mean adapter
    Generated generate(NDManager scope, float[][] vectors, float[][] noise) {
        NDList generated = program.call(
                scope, "generate", scope.create(vectors), scope.create(noise), trunk(), heads(), shared.b0());
        List<NDArray> b = List.copyOf(generated.subList(1, generated.size()));
        return new Generated(generated.getFirst(), shared.lora(b));
    }

    /// The mean adapters of standardised task vectors.
    public Lora adapters(NDManager scope, float[][] vectors) {
        return generate(scope, vectors, new float[vectors.length][latent()]).lora();
    }

    /// The weights but for the heads, in the order of the program.
    public List<NDArray> trunk() {
        return select(false);
    }

    /// One matrix for each module.
    public List<NDArray> heads() {
        return select(true);
    }

    private List<NDArray> select(boolean heads) {
        return weights.entrySet().stream()
                .filter(weight -> isHead(weight.getKey()) == heads)
                .map(Map.Entry::getValue)
                .toList();
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
