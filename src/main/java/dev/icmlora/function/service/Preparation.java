package dev.icmlora.function.service;

import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.icmlora.engine.auto.AutoMode;
import dev.icmlora.engine.auto.TaskHeads;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.adapters.AdapterSource.Supplied;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.admission.Turn;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.Mode;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.api.Tune;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.service.RequestMeter.Metered;
import dev.icmlora.function.service.TaskServing.Query;

/// What is computed for many inputs of a task before the first of them is answered.
@Singleton
public final class Preparation {

    private final TaskServing serving;
    private final EngineHost engineHost;
    private final RequestMeter meter;

    Preparation(TaskServing serving, EngineHost engineHost, RequestMeter meter) {
        this.serving = serving;
        this.engineHost = engineHost;
        this.meter = meter;
    }

    /// What the answers to a request come from, or a tuning begins with, and so would be others with another
    /// generator. Modes that tune take as much of the task as a task vector is taken from, and do without where
    /// nothing is generated.
    ///
    /// @return empty where the task makes no adapter
    public Optional<AdapterRequest> beginning(GenerateRequest request) {
        if (!request.mode().usesAdapter() || request.adapter() != null) {
            return Optional.empty();
        }
        if (!request.mode().tunes()) {
            return Optional.of(new AdapterRequest(request.task(), null));
        }
        var engine = engineHost.engine();
        return engine.isTrained()
                ? Optional.of(new AdapterRequest(
                        TaskBody.of(engine.fingerprinted(request.task().toTask())), null))
                : Optional.empty();
    }

    /// Tunes what the answers to a request come from, or fits a head to it, for longer than a request has time: what
    /// is cut short begins anew with the next. Does nothing where nothing is to be tuned now.
    ///
    /// @param request that names no function
    /// @throws RequestException if there is no answer
    public void tune(Caller caller, GenerateRequest request) {
        if (request.adapter() != null || !request.mode().tunes()) {
            return;
        }
        var task = request.task().toTask();
        var isAuto = request.mode() == Mode.AUTO;
        var hasHead = isAuto && request.labels() != null && TaskHeads.learns(task, request.labels());
        var given = Optional.ofNullable(request.tune()).orElse(Tune.DEFAULT);
        var isNow = given.when() == Tune.When.NOW
                && given.budgetMs() == null
                && engineHost.engine().tuningRefusal().isEmpty();
        var tunes = isAuto ? AutoMode.tunes(task) : !task.examples().isEmpty();
        if (!hasHead && !(isNow && tunes)) {
            return;
        }
        // A head may do, else auto tunes as mode tuned does.
        var mode = hasHead ? Mode.AUTO : Mode.TUNED;
        var tune = isNow ? given : new Tune(given.steps(), Tune.When.NEVER, null);
        try {
            meter.measure(
                    "adapter",
                    caller.account(),
                    () -> engineHost.submitLong(
                            caller.account(),
                            AdapterSource.BACKGROUND,
                            turn -> served(caller.tenant(), request, mode, tune, turn)));
        } catch (RequestException e) {
            // Auto does without where nothing can be tuned.
            if (!isAuto || !e.is(Kind.INVALID)) {
                throw e;
            }
        }
    }

    /// As one without inputs.
    private Metered<String> served(Tenant tenant, GenerateRequest request, Mode mode, Tune tune, Turn turn) {
        var task = request.task().toTask();
        var key = new AdapterKey(tenant, task, request.strength().floatValue());
        var wanted = AnswerForm.of(request).wanted(tenant, task, turn.engine());
        var prompts = Prompts.ofTask(task, List.of(), wanted, false, turn);
        var as = serving.serve(new Query(key, mode, tune, request.scale().floatValue(), "task", prompts));
        var cached = as.adapter().map(Supplied::cached).orElse(false);
        return new Metered<>(
                "", as.id(), cached, Optional.empty(), turn.session().spent());
    }
}
