package dev.icmlora.engine.auto;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.auto.TaskAdapters.TaskAdapter;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.TaskVector;

/// Makes a task's adapters and keeps none for another task; each is made once, when it is first asked for. Belongs
/// to the session's thread.
final class UnkeptAdapters implements TaskAdapters {

    private final EngineSession session;
    private final Task task;
    private Optional<TaskAdapter> tuned = Optional.empty();
    private Optional<TaskAdapter> generated = Optional.empty();
    private Optional<TaskAdapter> shared = Optional.empty();

    UnkeptAdapters(EngineSession session, Task task) {
        this.session = session;
        this.task = task;
    }

    @Override
    public Optional<TaskAdapter> tuned() {
        if (tuned.isEmpty()) {
            var start = session.engine().isTrained()
                    ? generated.orElseGet(
                            () -> generated(session.fingerprint(session.engine().fingerprinted(task))))
                    : shared();
            var options = session.engine().tuningOptions(task);
            var result = session.tune(start.adapter(), task, options, Optional.empty(), _ -> {});
            tuned = Optional.of(new TaskAdapter(result.adapter(), Optional.of(result.summary()), true));
        }
        return tuned;
    }

    @Override
    public TaskAdapter generated(TaskVector vector) {
        if (generated.isEmpty()) {
            generated = Optional.of(new TaskAdapter(session.generated(vector, 1), Optional.empty(), false));
        }
        return generated.get();
    }

    @Override
    public TaskAdapter shared() {
        if (shared.isEmpty()) {
            shared = Optional.of(new TaskAdapter(session.shared(), Optional.empty(), false));
        }
        return shared.get();
    }

    @Override
    public <T> Optional<T> once(
            Class<T> type, Object key, int bytes, IntSupplier tokens, Function<EngineSession, T> compute) {
        return Optional.of(compute.apply(session));
    }
}
