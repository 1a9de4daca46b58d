package dev.icmlora.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import dev.icmlora.engine.tune.Module;
import dev.icmlora.generator.adapter.AdapterLayout;

/// The modules and the rank that resident adapters have room for. Adapters from elsewhere often change other modules
/// than generated ones, at a higher rank. All of it is written at each hot-apply.
///
/// @param modules of each layer, as GGUF names them; empty for those that the generator changes
/// @param maxRank empty for the generator's
public record AdapterRoom(Optional<List<String>> modules, OptionalInt maxRank) {

    /// No more than what is generated.
    public static final AdapterRoom DEFAULT = new AdapterRoom(Optional.empty(), OptionalInt.empty());

    /// The modules that adapters can change, in the order in which a file has them.
    private static final List<String> MODULES =
            Arrays.stream(Module.values()).map(Module::file).toList();

    private static final List<String> USUAL_MODULES = List.of("attn_q", "attn_v");
    private static final int USUAL_RANK = 16;
    private static final float SCALE = 2;

    /// For a base model without a generator.
    ///
    /// @throws EngineStartException if the model has no such module
    AdapterLayout of(LoadedModel model) {
        var rank = maxRank.orElse(USUAL_RANK);
        return model.layout(inOrder(modules.orElse(USUAL_MODULES)), rank, SCALE * rank);
    }

    /// With a generator.
    ///
    /// @param generated what its adapters change
    /// @throws EngineStartException if it leaves out what is generated, or the model has no such module
    AdapterLayout around(AdapterLayout generated, LoadedModel model) {
        var rank = maxRank.orElse(generated.rank());
        if (rank < generated.rank()) {
            throw new EngineStartException(
                    "icm-lora.adapter.max-rank (ICM_LORA_ADAPTER_MAX_RANK) is %d, but the generator's adapters have rank %d"
                            .formatted(rank, generated.rank()));
        }
        var all = inOrder(modules.orElse(generated.modules()));
        generated.modules().stream()
                .filter(module -> !all.contains(module))
                .findFirst()
                .ifPresent(missing -> {
                    throw new EngineStartException(
                            "icm-lora.adapter.modules (ICM_LORA_ADAPTER_MODULES) leaves %s out, which the generator changes"
                                    .formatted(missing));
                });
        return rank == generated.rank() && all.equals(generated.modules())
                ? generated
                : model.layout(all, rank, generated.alpha() / generated.rank() * rank);
    }

    private static List<String> inOrder(List<String> wanted) {
        wanted.stream().filter(module -> !MODULES.contains(module)).findFirst().ifPresent(unknown -> {
            throw new EngineStartException(
                    "icm-lora.adapter.modules (ICM_LORA_ADAPTER_MODULES) names \"%s\", which is no module of a layer: there are %s"
                            .formatted(unknown, String.join(", ", MODULES)));
        });
        return MODULES.stream().filter(wanted::contains).toList();
    }
}
