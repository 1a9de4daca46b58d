package dev.icmlora.function.adapters;

import java.util.List;

import io.quarkus.arc.All;
import jakarta.inject.Singleton;

import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterFormat;
import dev.icmlora.generator.adapter.GgufAdapter;
import dev.icmlora.generator.adapter.InvalidAdapterException;
import dev.icmlora.generator.adapter.LowRankUpdate;
import dev.icmlora.generator.adapter.ResidentShape;

/// Reads, writes and adds up adapters. All of it is Java: what a client sent reaches C only when it has the resident
/// adapter's shape. Thread-safe.
@Singleton
public final class AdapterFiles {

    private final EngineHost engineHost;
    private final List<AdapterFormat> addons;
    private final long mostBytes;

    AdapterFiles(EngineHost engineHost, @All List<AdapterFormat> addons, FunctionConfig config) {
        this.engineHost = engineHost;
        this.addons = addons;
        this.mostBytes = config.adapters().maxBytes().asLongValue();
    }

    /// An adapter for PEFT.
    ///
    /// @throws RequestException if it is not known how PEFT has it
    public AdapterFormat.File peft(Adapter adapter) {
        try {
            return peft().file(adapter, engineHost.engine().model().forAdapters());
        } catch (InvalidAdapterException e) {
            throw refused(e);
        }
    }

    /// The adapter in a GGUF file or in PEFT's zip, made here or elsewhere.
    ///
    /// @throws RequestException if it cannot be read, or cannot be hot-applied here
    public Adapter read(byte[] file) {
        try {
            return shape().fit(updates(file));
        } catch (InvalidAdapterException e) {
            throw refused(e);
        }
    }

    private List<LowRankUpdate> updates(byte[] file) {
        return AdapterFormat.isZip(file)
                ? peft().read(file, engineHost.engine().model().forAdapters(), mostBytes, shape()::requireRoom)
                : GgufAdapter.read(file, shape().layout().architecture(), shape()::requireRoom);
    }

    private AdapterFormat peft() {
        return addons.stream()
                .findFirst()
                .orElseThrow(() -> new InvalidAdapterException(
                        "", "GGUF", "zip", "needs the addon peft, which this function was built without"));
    }

    /// The weighted sum of adapters.
    ///
    /// @throws RequestException if no adapter of the resident one's rank does what the sum does
    public Adapter sum(List<Adapter> adapters, float[] weights) {
        try {
            return shape().sum(adapters, weights);
        } catch (InvalidAdapterException e) {
            throw refused(e);
        }
    }

    private ResidentShape shape() {
        return engineHost.engine().adapterShape();
    }

    private static RequestException refused(InvalidAdapterException e) {
        var remedy = switch (e.remedy()) {
            case NONE -> "";
            case MORE_MODULES -> "; it would fit if ICM_LORA_ADAPTER_MODULES named " + e.value() + " too";
            case HIGHER_RANK -> "; it would fit if ICM_LORA_ADAPTER_MAX_RANK were " + e.value();
        };
        return RequestException.invalid(new Violation(e.part(), e.limit(), e.value(), e.getMessage() + remedy));
    }
}
