package dev.icmlora.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import dev.icmlora.generator.adapter.AdapterFormat;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.network.BaseModelId;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.vector.Fingerprinter;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.ggml.TensorInfo;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;

/// A base model in memory, and how tasks are put to it. It is all that fingerprints need, so a generator can be trained
/// with it before there is one.
public final class LoadedModel implements AutoCloseable {

    /// After which parts of its layers the model's states tell labels apart: the first ones words, the last ones
    /// what an answer would be.
    private static final List<Double> WATCHED = List.of(0.2, 0.6, 0.73, 0.8, 0.93);

    /// Of adapters without a generator.
    private static final List<String> USUAL_MODULES = List.of("attn_q", "attn_v");

    private static final int USUAL_RANK = 16;
    private static final float SCALE = 2;

    /// Rows of a matrix that tell its gain.
    private static final long GAIN_ROWS = 64;

    private final Path file;
    private final MappedFile mapped;
    private final LlamaModel model;
    private final PromptFormat format;
    private final EngineOptions options;

    private LoadedModel(Path file, MappedFile mapped, LlamaModel model, EngineOptions options) {
        this.file = file;
        this.mapped = mapped;
        this.model = model;
        this.format = PromptFormat.of(model);
        this.options = options;
    }

    /// @param file GGUF
    /// @throws dev.icmlora.ggml.NativeException if llama.cpp cannot load it
    public static LoadedModel load(Path nativeDirectory, Path file, EngineOptions options) {
        NativeLibraries.load(nativeDirectory);
        return load(file, options);
    }

    /// With the libraries loaded.
    static LoadedModel load(Path file, EngineOptions options) {
        var mapped = MappedFile.of(file);
        var model = LlamaModel.load(file);
        try {
            return new LoadedModel(file, mapped, model, options);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    public LlamaModel model() {
        return model;
    }

    /// The name that clients call it by: its file's, without the extension.
    public String name() {
        return file.getFileName().toString().replaceFirst("\\.gguf$", "");
    }

    /// For forms of adapter files other than GGUF.
    public AdapterFormat.BaseModel forAdapters() {
        return new AdapterFormat.BaseModel(
                name(), model.architecture(), model.turnsHalves(), model.heads(), model.kvHeads());
    }

    /// What resident adapters have room for where there is no generator.
    ///
    /// @throws EngineStartException if the model has no such module
    AdapterLayout layout() {
        var rank = options.adapterRank().orElse(USUAL_RANK);
        return layout(options.modules(USUAL_MODULES), rank, SCALE * rank);
    }

    /// The same with a generator.
    ///
    /// @param generated what its adapters change
    /// @throws EngineStartException if that has no room, or the model has no such module
    AdapterLayout layoutAround(AdapterLayout generated) {
        var rank = options.adapterRank().orElse(generated.rank());
        if (rank < generated.rank()) {
            throw new EngineStartException(
                    "icm-lora.adapter.max-rank (ICM_LORA_ADAPTER_MAX_RANK) is %d, but the generator's adapters have rank %d"
                            .formatted(rank, generated.rank()));
        }
        var modules = options.modules(generated.modules());
        generated.modules().stream()
                .filter(module -> !modules.contains(module))
                .findFirst()
                .ifPresent(missing -> {
                    throw new EngineStartException(
                            "icm-lora.adapter.modules (ICM_LORA_ADAPTER_MODULES) leaves %s out, which the generator changes"
                                    .formatted(missing));
                });
        return rank == generated.rank() && modules.equals(generated.modules())
                ? generated
                : layout(modules, rank, generated.alpha() / generated.rank() * rank);
    }

    private AdapterLayout layout(List<String> modules, int rank, float alpha) {
        try (GgufFile weights = GgufFile.open(file)) {
            var targets =
                    modules.stream().map(module -> target(module, weights)).toList();
            return new AdapterLayout(model.architecture(), model.layers(), rank, alpha, targets);
        }
    }

    private Target target(String module, GgufFile weights) {
        var shape = weight(0, module, weights).shape();
        return new Target(module, Math.toIntExact(shape[0]), Math.toIntExact(shape[1]));
    }

    /// How many times larger each matrix that an adapter changes makes what goes into it: the root mean square of its
    /// weights times the root of its inputs. In an adapter's order.
    ///
    /// Weights of some models are scaled so that all have 1, those of others have several times as much. A
    /// change of one size is then a change of another size to what comes out.
    ///
    /// @throws EngineStartException if the file has no such matrices
    public List<Double> gains(AdapterLayout layout) {
        try (GgufFile weights = GgufFile.open(file)) {
            return IntStream.range(0, layout.layers())
                    .boxed()
                    .flatMap(layer -> layout.modules().stream().map(module -> weight(layer, module, weights)))
                    .map(matrix -> gain(matrix, weights))
                    .toList();
        }
    }

    private static double gain(TensorInfo matrix, GgufFile weights) {
        var rows = matrix.shape()[1];
        var sampled = Math.min(rows, GAIN_ROWS);
        var squares = LongStream.range(0, sampled)
                .mapToObj(i -> weights.row(matrix, i * rows / sampled))
                .mapToDouble(LoadedModel::squares)
                .sum();
        return Math.sqrt(squares / sampled);
    }

    private static double squares(float[] row) {
        var squares = 0.0;
        for (var weight : row) {
            squares += weight * weight;
        }
        return squares;
    }

    private TensorInfo weight(int layer, String module, GgufFile weights) {
        var name = "blk.%d.%s.weight".formatted(layer, module);
        return weights.tensor(name)
                .orElseThrow(() -> new EngineStartException(
                        "%s has no tensor %s, which an adapter could change".formatted(file, name)));
    }

    /// How a task becomes tokens.
    public PromptFormat format() {
        return format;
    }

    /// What a generator for it must name.
    public BaseModelId id() {
        try {
            return BaseModelId.of(model.metadata("general.name").orElse("unnamed"), file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /// Whether the file is still the one that was loaded.
    public boolean isIntact() {
        return mapped.isIntact();
    }

    /// A context for hidden states.
    ///
    /// @param layer after which they are taken
    public LlamaContext statesContext(int layer) {
        return statesContext(layer, options.contextTokens());
    }

    /// @param layer after which they are taken
    /// @param contextTokens of the longest text
    LlamaContext statesContext(int layer, int contextTokens) {
        return LlamaContext.create(model, contextOptions(contextTokens, 1, layer));
    }

    /// A context for texts.
    ///
    /// @param sequences that its memory holds at most
    public LlamaContext textContext(int sequences) {
        return LlamaContext.create(model, textOptions(sequences));
    }

    /// Layers after which the states of prompts can be asked for, in ascending order. A small model has some twice.
    public List<Integer> watchedLayers() {
        return WATCHED.stream()
                .map(part -> Math.clamp(Math.round(part * model.layers()), 1, model.layers() - 1))
                .toList();
    }

    ContextOptions textOptions(int sequences) {
        return contextOptions(options.textTokens(), sequences, ContextOptions.LOGITS);
    }

    private ContextOptions contextOptions(int contextTokens, int sequences, int layer) {
        return ContextOptions.of(contextTokens, options.batchTokens())
                .withSequences(sequences)
                .withThreads(options.threadCount())
                .withHiddenLayer(layer);
    }

    /// Takes task vectors in a context of [#statesContext].
    public Fingerprinter fingerprinter(LlamaContext states) {
        return new Fingerprinter(format, states, model.hiddenSize(), options.batchTokens());
    }

    @Override
    public void close() {
        model.close();
    }
}
