package dev.icmlora.engine;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import dev.icmlora.engine.tune.Module;

/// The options of an engine. It chooses those that are empty.
///
/// @param threads that compute; empty for the number of processors
/// @param workers that decode side by side. On a CPU they share its threads, and one that has them all is the quickest
/// for one client
/// @param sequences decoded side by side by a worker
/// @param contextTokens that a prompt and its answer may have together
/// @param batchTokens of one `llama_decode`
/// @param maxLoras different adapters in one batch; 1 for time slices of one adapter each; empty for the default
/// @param adapterModules modules of each layer, as GGUF names them, that resident adapters have room for: adapters
/// from elsewhere often change others than generated ones. All of them are written at each hot-apply. Empty for
/// those that the generator changes
/// @param adapterRank that resident adapters have room for; empty for the generator's
/// @param checkAdapters whether to compare what was applied with the same adapter loaded from its file, for debugging
/// @param requireGpu whether to refuse to start without a GPU
/// @param tuning whether adapters can be tuned, for which the weights are kept once more, transposed, from the first
/// time on
/// @param stuckAfter a batch or job that takes longer hangs
public record EngineOptions(
        OptionalInt threads,
        int workers,
        int sequences,
        int contextTokens,
        int batchTokens,
        OptionalInt maxLoras,
        Optional<List<String>> adapterModules,
        OptionalInt adapterRank,
        boolean checkAdapters,
        boolean requireGpu,
        boolean tuning,
        Duration stuckAfter) {

    /// The function's defaults.
    public static final EngineOptions DEFAULT = new EngineOptions(
            OptionalInt.empty(),
            1,
            8,
            4096,
            256,
            OptionalInt.empty(),
            Optional.empty(),
            OptionalInt.empty(),
            false,
            false,
            true,
            Duration.ofSeconds(90));

    /// The modules that adapters can change, in the order in which a file has them.
    private static final List<String> MODULES =
            Arrays.stream(Module.values()).map(Module::file).toList();

    /// Each adapter of these makes every token of a batch a little dearer.
    private static final int DEFAULT_MAX_LORAS = 8;

    /// The same, computed by so many threads.
    public EngineOptions withThreads(int count) {
        return new EngineOptions(
                OptionalInt.of(count),
                workers,
                sequences,
                contextTokens,
                batchTokens,
                maxLoras,
                adapterModules,
                adapterRank,
                checkAdapters,
                requireGpu,
                tuning,
                stuckAfter);
    }

    /// The modules that resident adapters have room for, in the order of a file.
    ///
    /// @param usual where none are named
    /// @throws EngineStartException if one is no module
    List<String> modules(List<String> usual) {
        var wanted = adapterModules.orElse(usual);
        wanted.stream().filter(module -> !MODULES.contains(module)).findFirst().ifPresent(unknown -> {
            throw new EngineStartException(
                    "icm-lora.adapter.modules (ICM_LORA_ADAPTER_MODULES) names \"%s\", which is no module of a layer: there are %s"
                            .formatted(unknown, String.join(", ", MODULES)));
        });
        return MODULES.stream().filter(wanted::contains).toList();
    }

    /// Tokens of a context for texts: with twice what one of them may have, there is room beside any.
    int textTokens() {
        return 2 * contextTokens;
    }

    int threadCount() {
        return threads.orElseGet(() -> Runtime.getRuntime().availableProcessors());
    }

    /// A bank of adapters has llama.cpp call back at every node of a graph, which in a native executable costs more
    /// than it brings.
    int loraSlots() {
        return maxLoras.orElse(watchesStates() ? DEFAULT_MAX_LORAS : 1);
    }

    /// Whether hidden states of prompts can be asked for, for which llama.cpp calls back too.
    boolean watchesStates() {
        return System.getProperty("org.graalvm.nativeimage.imagecode") == null;
    }
}
