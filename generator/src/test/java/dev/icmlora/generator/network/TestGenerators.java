package dev.icmlora.generator.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;

/// Small generators with random weights, deterministic from a seed.
public final class TestGenerators {
    static final AdapterLayout LAYOUT =
            new AdapterLayout("llama", 3, 4, 8, List.of(new Target("attn_q", 32, 32), new Target("attn_v", 32, 16)));
    public static final GeneratorArchitecture ARCHITECTURE = new GeneratorArchitecture(32, 2, 24, 8, 48, LAYOUT);

    private TestGenerators() {}

    static GeneratorManifest manifest() {
        return manifest("letters/upper");
    }

    private static GeneratorManifest manifest(String... tasks) {
        return new GeneratorManifest(
                "test",
                new BaseModelId("tiny", "00ff"),
                "v1:0",
                ARCHITECTURE,
                Stream.of(tasks)
                        .map(task -> new GeneratorManifest.CatalogueEntry(task, "letters"))
                        .toList(),
                List.of(new GeneratorManifest.CatalogueEntry("words/plural", "words")),
                List.of(),
                List.of());
    }

    static Map<String, float[]> weights(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, float[]> weights = new LinkedHashMap<>();
        ARCHITECTURE.tensors().forEach((name, spec) -> {
            float[] values = new float[(int) spec.elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float)
                        (name.equals("vector.deviation") ? 0.5 + random.nextDouble() : 0.3 * random.nextGaussian());
            }
            weights.put(name, values);
        });
        return weights;
    }

    public static GeneratorFile file(long seed) {
        return GeneratorFile.of(manifest(), weights(seed));
    }

    /// A generator that was trained on two tasks.
    public static GeneratorFile twoTasks(long seed) {
        return GeneratorFile.of(manifest("letters/upper", "letters/lower"), weights(seed));
    }
}
