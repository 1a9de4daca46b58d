package dev.icmlora.function.service;

import java.util.List;
import java.util.Optional;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Singleton;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.LabelBias;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.engine.worker.Wanted;
import dev.icmlora.function.adapters.KnownAdapter;
import dev.icmlora.function.admission.SingleFlight;
import dev.icmlora.function.admission.Turn;
import dev.icmlora.generator.task.Task;

/// How much likelier labels are whatever the input, by whoever answers a task. It is asked once for each task and its
/// labels.
@Singleton
final class LabelBiases {

    /// Memory for what tuned tasks answer to inputs that say nothing.
    private static final long BYTES = 32L << 20;

    private static final int BYTES_OF_LABEL = 64;

    private final Cache<Question, LabelBias> known;
    private final SingleFlight<Question, LabelBias> asking = new SingleFlight<>(LabelBias::known);

    LabelBiases() {
        this.known = Caffeine.newBuilder()
                .maximumWeight(BYTES)
                .weigher((Question question, LabelBias bias) -> question.bytes())
                .executor(Runnable::run)
                .build();
    }

    /// @param salt of a tenant: they do not learn from each other which tasks came before
    /// @param adapter its id; empty for the base model alone
    /// @param shown whether prompts show the examples
    private record Question(
            String salt, Optional<String> adapter, float scale, Task task, boolean shown, List<String> labels) {

        int bytes() {
            var characters = labels.stream().mapToInt(String::length).sum();
            return KnownAdapter.bytes(task) + Character.BYTES * characters + BYTES_OF_LABEL * labels.size();
        }
    }

    /// @param adapter empty for the base model alone
    /// @param shown whether prompts show the examples of the task
    /// @param wanted a text has no bias
    LabelBias of(Optional<ScaledAdapter> adapter, Task task, boolean shown, Wanted wanted, Turn turn) {
        return wanted instanceof Choosing choosing ? of(adapter, task, shown, choosing, turn) : LabelBias.NONE;
    }

    private LabelBias of(Optional<ScaledAdapter> adapter, Task task, boolean shown, Choosing choosing, Turn turn) {
        var question = new Question(
                choosing.salt(),
                adapter.map(scaled -> scaled.adapter().id()),
                adapter.map(ScaledAdapter::scale).orElse(0f),
                task,
                shown,
                choosing.labels().texts());
        return known(question)
                .orElseGet(() -> asking.of(
                        question,
                        computation -> known(question)
                                .orElseGet(() -> ask(
                                        question,
                                        adapter,
                                        choosing,
                                        turn.of(computation).session())),
                        turn.admitted()));
    }

    private Optional<LabelBias> known(Question question) {
        return Optional.ofNullable(known.getIfPresent(question));
    }

    private LabelBias ask(
            Question question, Optional<ScaledAdapter> adapter, Choosing choosing, EngineSession session) {
        var bias = session.bias(adapter, question.task, question.shown, choosing);
        known.put(question, bias.known());
        return bias;
    }
}
