package dev.icmlora.function.service;

import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.AdapterFiles;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.adapters.KnownAdapter;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.admission.LowPriorityWork;
import dev.icmlora.function.api.AdapterDescription;
import dev.icmlora.function.api.SumRequest;
import dev.icmlora.function.api.SumRequest.Summand;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.Task;

/// Adapters that clients bring as files or mix from others, which then serve by id like generated ones, and any that
/// they take away. No worker takes part: this is work for a thread that may wait.
@Singleton
public final class AdapterUploads {

    private final RequestRules rules;
    private final NamedFunctions functions;
    private final AdapterSource adapters;
    private final AdapterFiles files;
    private final EngineHost engineHost;
    private final LowPriorityWork lowPriority;
    private final RequestMeter meter;

    AdapterUploads(
            RequestRules rules,
            NamedFunctions functions,
            AdapterSource adapters,
            AdapterFiles files,
            EngineHost engineHost,
            LowPriorityWork lowPriority,
            RequestMeter meter) {
        this.rules = rules;
        this.functions = functions;
        this.adapters = adapters;
        this.files = files;
        this.engineHost = engineHost;
        this.lowPriority = lowPriority;
        this.meter = meter;
    }

    /// Takes an adapter in.
    ///
    /// @param tenant who sees it
    /// @param file GGUF, or a zip as PEFT saves it
    /// @param description belongs in the adapter's prompts; may be empty
    /// @throws dev.icmlora.function.error.RequestException if it is refused
    public AdapterDescription upload(Tenant tenant, byte[] file, String description) {
        return meter.measure("upload", () -> {
            rules.checkDescription(description);
            return taken(
                    tenant,
                    lowPriority.work(() -> files.read(file)),
                    Optional.of(new Task(description, List.of())).filter(task -> !task.isEmpty()));
        });
    }

    /// Adds adapters up that a tenant knows.
    ///
    /// @throws dev.icmlora.function.error.RequestException if it is refused
    public AdapterDescription sum(Tenant tenant, SumRequest request) {
        return meter.measure("blend", () -> {
            rules.check(request);
            var known = request.adapters().stream()
                    .map(Summand::id)
                    .map(id -> adapters.byId(tenant, id))
                    .toList();
            var weights = new float[known.size()];
            for (var i = 0; i < weights.length; i++) {
                weights[i] = request.adapters().get(i).weight().floatValue();
            }
            var summands = known.stream().map(KnownAdapter::adapter).toList();
            var sum = lowPriority.work(() -> files.sum(summands, weights));
            return taken(
                    tenant,
                    sum,
                    Optional.ofNullable(request.task())
                            .map(task -> functions.task(tenant, task).toTask())
                            .or(() -> commonTask(known)));
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

    /// What is known already keeps its task, unless the client names one.
    private AdapterDescription taken(Tenant tenant, Adapter adapter, Optional<Task> task) {
        var before = adapters.find(tenant, adapter.id());
        var known = before.filter(
                        there -> task.isEmpty() || task.get().equals(there.key().task()))
                .orElseGet(() -> adapters.addGiven(tenant, task.orElse(Task.NONE), adapter));
        return new AdapterDescription(
                adapter.id(),
                before.isPresent(),
                adapter.layout().rank(),
                adapter.layout().alpha(),
                known.fileBytes(),
                engineHost.modelName());
    }

    /// Takes an adapter away that a tenant knows, wherever it came from.
    ///
    /// @throws dev.icmlora.function.error.RequestException if it is not known
    public void delete(Tenant tenant, String id) {
        meter.measure("delete", () -> {
            adapters.delete(tenant, id);
            return null;
        });
    }
}
