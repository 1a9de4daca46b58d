package dev.icmlora.function.service;

import java.util.Optional;

import jakarta.inject.Singleton;

import dev.icmlora.engine.auto.AutoMode;
import dev.icmlora.engine.auto.TaskHeads;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.admission.Turn;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.Mode;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.api.Tune;
import dev.icmlora.function.service.RequestMeter.Metered;
import dev.icmlora.generator.task.Task;

/// What is computed for many inputs of a task before the first of them is answered.
@Singleton
public final class Preparation {

    private final AdapterSource adapters;
    private final EngineHost engineHost;
    private final RequestMeter meter;

    Preparation(AdapterSource adapters, EngineHost engineHost, RequestMeter meter) {
        this.adapters = adapters;
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

    /// Tunes what the answers to a request come from, for longer than a request has time: one that is cut short is
    /// tuned anew by the next. Does nothing where nothing is to be tuned now, or it is known.
    ///
    /// @param request that names no function
    /// @throws dev.icmlora.function.error.RequestException if there is no answer
    public void tune(Caller caller, GenerateRequest request) {
        var engine = engineHost.engine();
        var tune = Optional.ofNullable(request.tune()).orElse(Tune.DEFAULT);
        var isWanted = request.mode().tunes() && tune.when() == Tune.When.NOW && tune.budgetMs() == null;
        if (!isWanted || request.adapter() != null || engine.tuningRefusal().isPresent()) {
            return;
        }
        var task = request.task().toTask();
        var hasExamples = request.mode() == Mode.AUTO
                ? AutoMode.tunes(task) && !learnsLabels(request, task)
                : !task.examples().isEmpty();
        var key = new AdapterKey(caller.tenant(), task, request.strength().floatValue()).tuned(tune, engine);
        if (!hasExamples || adapters.known(key).isPresent()) {
            return;
        }
        try {
            meter.measure(
                    "adapter",
                    caller.account(),
                    () -> engineHost.submitLong(caller.account(), AdapterSource.BACKGROUND, turn -> tuned(key, turn)));
        } catch (RuntimeException e) {
            // The first tuning shows that there is no memory for any, and auto does without.
            if (request.mode() != Mode.AUTO || engine.tuningRefusal().isEmpty()) {
                throw e;
            }
        }
    }

    private Metered<String> tuned(AdapterKey key, Turn turn) {
        var supplied = adapters.of(key, turn);
        var id = supplied.known().adapter().id();
        return new Metered<>(
                id,
                Optional.of(id),
                supplied.cached(),
                Optional.empty(),
                turn.session().spent());
    }

    /// Whether the examples themselves are likely to tell the labels apart, so that nothing need be tuned.
    private static boolean learnsLabels(GenerateRequest request, Task task) {
        return request.labels() != null && TaskHeads.learns(task, request.labels());
    }
}
