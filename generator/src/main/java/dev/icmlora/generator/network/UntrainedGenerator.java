package dev.icmlora.generator.network;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

import dev.icmlora.generator.adapter.AdapterLayout;

/// Makes generators that learned nothing, for base models without a trained one: A is drawn, B0 and the residual
/// are zero. Every adapter changes nothing until it is tuned, which this gives a place to begin
/// (LoRA, arXiv 2106.09685 section 4.1).
public final class UntrainedGenerator {
    /// The same for everybody, so that the same task gives the same adapter.
    private static final long SEED = 1;

    /// Deviation of A times the root of its input features, as that of the trained default generator: a smaller one
    /// makes tuning slower.
    private static final double DEVIATION = 0.84;

    private UntrainedGenerator() {}

    /// @param hidden hidden size of the base model
    /// @param layout of the adapters
    /// @param gains how many times larger each adapted matrix of the base model makes what goes into it, in an
    /// adapter's order
    public static GeneratorFile of(
            BaseModelId base, String promptFormat, int hidden, AdapterLayout layout, List<Double> gains) {
        GeneratorArchitecture architecture = new GeneratorArchitecture(hidden, layout.layers(), 1, 1, 1, layout);
        Map<String, float[]> weights = new HashMap<>();
        architecture.tensors().forEach((name, spec) -> weights.put(name, new float[Math.toIntExact(spec.elements())]));
        Arrays.fill(weights.get("vector.deviation"), 1);
        SplittableRandom random = new SplittableRandom(SEED);
        layout.targets().forEach(target -> {
            float[] a = weights.get(GeneratorArchitecture.a(target));
            for (int i = 0; i < a.length; i++) {
                a[i] = (float) (random.nextGaussian() * DEVIATION / Math.sqrt(target.in()));
            }
        });
        return GeneratorFile.of(
                new GeneratorManifest(
                        "none",
                        base,
                        promptFormat,
                        architecture,
                        List.of(),
                        List.of(),
                        List.of(),
                        TuningRates.FROM_NOTHING.of(gains)),
                weights);
    }
}
