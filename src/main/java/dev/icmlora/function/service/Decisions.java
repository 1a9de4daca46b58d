package dev.icmlora.function.service;

import java.util.Optional;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Singleton;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.scoring.Decision;
import dev.icmlora.engine.scoring.Origin;
import dev.icmlora.engine.scoring.SelectionOptions;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.adapters.AdapterSource.Supplied;
import dev.icmlora.function.adapters.KnownAdapter;
import dev.icmlora.function.admission.Once;
import dev.icmlora.function.api.Selection;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.generator.task.Task;

/// Decides how a task is served in mode auto, once for each task.
@Singleton
final class Decisions {

    /// About what a report of candidates takes.
    private static final int BYTES_OF_ANSWER = 4096;

    private final AdapterSource adapters;
    private final Cache<Question, Answer> known;
    private final Once<Question, Decided> deciding = new Once<>();

    Decisions(AdapterSource adapters, FunctionConfig config) {
        this.adapters = adapters;
        this.known = Caffeine.newBuilder()
                .maximumWeight(config.cache().decisions().asLongValue())
                .weigher((Question question, Answer answer) -> question.bytes() + BYTES_OF_ANSWER)
                .executor(Runnable::run)
                .build();
    }

    /// What is decided.
    ///
    /// @param scale of the adapter
    record Question(Tenant tenant, Task task, SelectionOptions options, float scale) {

        private int bytes() {
            return KnownAdapter.bytes(task);
        }
    }

    /// @param adapterId empty where the base model serves alone
    private record Answer(Selection selection, Optional<String> adapterId) {}

    /// @param adapter empty where the base model serves alone
    /// @param fingerprintTokens tokens that were read for the fingerprint
    record Decided(Selection selection, Optional<Supplied> adapter, int fingerprintTokens) {}

    /// The decision for a tenant's task: the one that is known, or a new one, which is made once for all who ask at
    /// the same time.
    ///
    /// @throws dev.icmlora.function.error.InvalidRequestException if the task is longer than the context
    /// @throws dev.icmlora.engine.request.CancelledException if nobody waits for it any more
    Decided of(Question question, EngineSession session) {
        return deciding.of(
                question,
                () -> Optional.ofNullable(known.getIfPresent(question))
                        .flatMap(answer -> recall(question.tenant, answer)),
                () -> decide(question, session),
                session.cancellation());
    }

    /// Empty if the decision's adapter is gone.
    private Optional<Decided> recall(Tenant tenant, Answer answer) {
        var selection = answer.selection.recalled();
        if (answer.adapterId.isEmpty()) {
            return Optional.of(new Decided(selection, Optional.empty(), 0));
        }
        return adapters.find(tenant, answer.adapterId.get())
                .map(adapter -> new Decided(selection, Optional.of(new Supplied(adapter, true, 0)), 0));
    }

    private Decided decide(Question question, EngineSession session) {
        var task = question.task;
        var fingerprint = adapters.fingerprint(task, session);
        var decision = session.select(task, fingerprint.vector(), question.options, question.scale);
        var selection = SelectionReport.of(decision);
        var adapter = decision.adapter().map(made -> adapters.add(key(question, decision), made));
        // One that was made in haste is not what the task gets for good.
        if (!decision.hurried()) {
            known.put(
                    question,
                    new Answer(selection, adapter.map(served -> served.adapter().id())));
        }
        return new Decided(
                selection,
                adapter.map(served -> new Supplied(served, false, fingerprint.tokens())),
                fingerprint.tokens());
    }

    private static AdapterKey key(Question question, Decision decision) {
        return switch (decision.served().origin()) {
            case Origin.Mean mean -> new AdapterKey(question.tenant, question.task, mean.strength());
            case Origin.Generated other ->
                new AdapterKey(
                        question.tenant,
                        question.task,
                        other.strength(),
                        0,
                        decision.adapter().orElseThrow().id());
            case Origin.Base base -> throw new IllegalStateException("the base model has no adapter: " + base);
        };
    }
}
