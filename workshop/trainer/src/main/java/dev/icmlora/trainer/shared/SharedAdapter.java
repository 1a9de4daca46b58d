package dev.icmlora.trainer.shared;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.TensorInfo;
import dev.icmlora.trainer.loop.Checkpoint;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.model.BaseModelConfig;
import dev.icmlora.trainer.model.Lora;

/// The matrices A and B0, which all adapters share.
///
/// @param layout what they adapt
/// @param matrices by GGUF name, A `[rank, in]` and B0 `[1, out, rank]`
/// @param learnedFrom the tasks that they were trained on
public record SharedAdapter(
        AdapterLayout layout, SequencedMap<String, NDArray> matrices, List<CatalogueEntry> learnedFrom) {

    /// Folder of its training inside the training folder.
    static final String RUN = "b0";

    /// alpha / rank. Fixed, so that a checkpoint's arrays say all there is to know about its adapter.
    public static final float SCALE = 2;

    /// A uniform within 1 / sqrt(in), B0 zero, as LoRA begins (arXiv 2106.09685 section 4.1): no change at first.
    public static SharedAdapter initial(AdapterLayout layout, long seed, NDManager manager) {
        SplittableRandom random = new SplittableRandom(seed);
        SequencedMap<String, NDArray> matrices = new LinkedHashMap<>();
        for (int layer = 0; layer < layout.layers(); layer++) {
            for (Target target : layout.targets()) {
                double bound = 1 / Math.sqrt(target.in());
                float[] a = new float[layout.rank() * target.in()];
                for (int i = 0; i < a.length; i++) {
                    a[i] = (float) random.nextDouble(-bound, bound);
                }
                matrices.put(
                        AdapterLayout.nameOfA(layer, target), manager.create(a, new Shape(layout.rank(), target.in())));
                matrices.put(
                        AdapterLayout.nameOfB(layer, target), manager.zeros(new Shape(1, target.out(), layout.rank())));
            }
        }
        return new SharedAdapter(layout, matrices, List.of());
    }

    /// What `train-b0` learned, in a training folder.
    ///
    /// @param state of its run
    /// @param base fingerprint of the base model
    /// @throws IllegalArgumentException when it was not run yet, or for another base model
    public static SharedAdapter trained(
            Path folder, TrainingRun.State state, BaseModelConfig model, String base, NDManager manager) {
        Path checkpoint = state.of(folder.resolve(RUN));
        if (!Files.exists(checkpoint)) {
            throw new IllegalArgumentException(
                    "there is no B0 to begin with: run `icm-lora train-b0` first, which writes " + checkpoint);
        }
        try (GgufFile file = GgufFile.open(checkpoint)) {
            Checkpoint.requireBase(file, checkpoint, base);
            int rank = rank(file);
            SharedAdapter shared = initial(model.layout(modules(file), rank, SCALE * rank), 0, manager);
            Checkpoint.read(file, shared.matrices());
            return new SharedAdapter(shared.layout, shared.matrices, Checkpoint.tasks(file));
        }
    }

    /// Tells one A and B0 from another.
    public String fingerprint() {
        CRC32 sum = new CRC32();
        matrices.values().forEach(matrix -> sum.update(matrix.toByteBuffer()));
        return "%08x".formatted(sum.getValue());
    }

    /// The modules that the adapter in a checkpoint adapts, in layout order.
    public static List<String> modules(GgufFile checkpoint) {
        return BaseModelConfig.MODULES.stream()
                .filter(module -> a(checkpoint, module).isPresent())
                .toList();
    }

    /// The rank of the adapter in a checkpoint.
    public static int rank(GgufFile checkpoint) {
        return modules(checkpoint).stream()
                .findFirst()
                .flatMap(module -> a(checkpoint, module))
                .map(a -> Math.toIntExact(a.shape()[1]))
                .orElseThrow(() -> new IllegalArgumentException("the checkpoint holds no adapter"));
    }

    private static Optional<TensorInfo> a(GgufFile checkpoint, String module) {
        return checkpoint.tensor("blk.0." + module + ".weight.lora_a");
    }

    public Lora lora() {
        return lora(b0());
    }

    /// These A matrices with other B matrices.
    public Lora lora(List<NDArray> b) {
        return new Lora(layout.modules(), namesOfA().map(matrices::get).toList(), b, SCALE);
    }

    public List<NDArray> b0() {
        return namesOfB().map(matrices::get).toList();
    }

    /// The names of B, layer by layer and module by module.
    public Stream<String> namesOfB() {
        return names(AdapterLayout::nameOfB);
    }

    /// The names of A, in the same order.
    public Stream<String> namesOfA() {
        return names(AdapterLayout::nameOfA);
    }

    private Stream<String> names(BiFunction<Integer, Target, String> name) {
        return IntStream.range(0, layout.layers())
                .boxed()
                .flatMap(layer -> layout.targets().stream().map(target -> name.apply(layer, target)));
    }
}
