package dev.icmlora.adapters;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import io.quarkus.arc.All;
import jakarta.inject.Singleton;

import dev.icmlora.adapters.SumRequest.Summand;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.adapters.KnownAdapter;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.http.LowPriorityWork;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.function.service.RequestMeter;
import dev.icmlora.function.service.RequestRules;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterFormat;
import dev.icmlora.generator.adapter.InvalidAdapterException;
import dev.icmlora.generator.adapter.ResidentShape;
import dev.icmlora.generator.task.Task;

/// Takes adapters in, adds them up, and gives and deletes them. All of it is Java: what a client sent reaches C only
/// when it has the resident adapter's shape. Thread-safe.
@Singleton
final class AdapterFiles {

    private final AdapterSource adapters;
    private final NamedFunctions functions;
    private final RequestRules rules;
    private final EngineHost engineHost;
    private final RequestMeter meter;
    private final LowPriorityWork lowPriority;
    private final List<AdapterFormat> formats;
    private final long mostBytes;

    AdapterFiles(
            AdapterSource adapters,
            NamedFunctions functions,
            RequestRules rules,
            EngineHost engineHost,
            RequestMeter meter,
            LowPriorityWork lowPriority,
            @All List<AdapterFormat> formats,
            FunctionConfig config) {
        this.adapters = adapters;
        this.functions = functions;
        this.rules = rules;
        this.engineHost = engineHost;
        this.meter = meter;
        this.lowPriority = lowPriority;
        this.formats = formats;
        this.mostBytes = config.adapters().maxBytes().asLongValue();
    }

    /// A known adapter.
    ///
    /// @throws RequestException if it is not known
    Adapter known(Tenant tenant, String id) {
        return adapters.byId(tenant, id).adapter();
    }

    /// An adapter as a zip of the files that PEFT loads.
    ///
    /// @throws RequestException if it is not known how PEFT has it
    AdapterFormat.File peft(Adapter adapter) {
        return work(() -> peft().file(adapter, engineHost.engine().model().forAdapters()));
    }

    /// Takes an adapter in.
    ///
    /// @param tenant who sees it
    /// @param file GGUF, or a zip as PEFT saves it, made here or elsewhere
    /// @param description belongs in the adapter's prompts; may be empty
    /// @throws RequestException if it cannot be read, or cannot be hot-applied here
    AdapterDescription upload(Tenant tenant, byte[] file, String description) {
        return meter.measure("upload", () -> {
            RequestRules.checkDescription(description);
            return taken(
                    tenant,
                    work(() -> read(file)),
                    Optional.of(new Task(description, List.of())).filter(task -> !task.isEmpty()));
        });
    }

    /// Adds adapters up that a tenant knows.
    ///
    /// @throws RequestException if it is refused, or no adapter of the resident one's rank does what the sum does
    AdapterDescription sum(Tenant tenant, SumRequest request) {
        return meter.measure("blend", () -> {
            request.check(rules);
            var known = request.adapters().stream()
                    .map(Summand::id)
                    .map(id -> adapters.byId(tenant, id))
                    .toList();
            var weights = new float[known.size()];
            for (var i = 0; i < weights.length; i++) {
                weights[i] = request.adapters().get(i).weight().floatValue();
            }
            var summands = known.stream().map(KnownAdapter::adapter).toList();
            var sum = work(() -> shape().sum(summands, weights));
            return taken(
                    tenant,
                    sum,
                    Optional.ofNullable(request.task())
                            .map(task -> functions.task(tenant, task).toTask())
                            .or(() -> commonTask(known)));
        });
    }

    /// Takes an adapter away that a tenant knows, wherever it came from.
    ///
    /// @throws RequestException if it is not known
    void delete(Tenant tenant, String id) {
        meter.measure("delete", () -> {
            adapters.delete(tenant, id);
            return null;
        });
    }

    private static Optional<Task> commonTask(List<KnownAdapter> known) {
        var tasks = known.stream()
                .map(KnownAdapter::key)
                .filter(key -> !key.isShared())
                .map(AdapterKey::task)
                .distinct()
                .toList();
        return tasks.size() == 1 ? Optional.of(tasks.getFirst()) : Optional.empty();
    }

    /// What is known already keeps its task, unless the client names one. It is kept all the same: as what was
    /// generated, it would make room for others.
    private AdapterDescription taken(Tenant tenant, Adapter adapter, Optional<Task> task) {
        var before = adapters.find(tenant, adapter.id());
        var kept = task.or(() -> before.map(there -> there.key().task())).orElse(Task.NONE);
        var known = adapters.addGiven(tenant, kept, adapter);
        return new AdapterDescription(
                adapter.id(),
                before.isPresent(),
                adapter.layout().rank(),
                adapter.layout().alpha(),
                known.adapter().fileBytes(),
                engineHost.modelName());
    }

    private Adapter read(byte[] file) {
        return AdapterFormat.isZip(file)
                ? shape().fit(peft().read(
                                file, engineHost.engine().model().forAdapters(), mostBytes, shape()::requireRoom))
                : shape().read(file);
    }

    private AdapterFormat peft() {
        return formats.stream()
                .findFirst()
                .orElseThrow(() -> new InvalidAdapterException(
                        "", "GGUF", "zip", "needs the addon peft, which this function was built without"));
    }

    private ResidentShape shape() {
        return engineHost.engine().adapterShape();
    }

    private <T> T work(Supplier<T> work) {
        try {
            return lowPriority.work(work);
        } catch (InvalidAdapterException e) {
            var remedy = switch (e.remedy()) {
                case NONE -> "";
                case MORE_MODULES -> "; it would fit if ICM_LORA_ADAPTER_MODULES named " + e.value() + " too";
                case HIGHER_RANK -> "; it would fit if ICM_LORA_ADAPTER_MAX_RANK were " + e.value();
            };
            throw RequestException.invalid(new Violation(e.part(), e.limit(), e.value(), e.getMessage() + remedy));
        }
    }
}
