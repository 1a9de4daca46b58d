package dev.icmlora.engine.auto;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.vector.TaskVector;

/// The adapters of one task, found or made. What implements it decides what is kept, and how long a tuning may take.
public interface TaskAdapters {

    /// The adapter that is tuned on the task's examples; empty where it is not there in time.
    Optional<TaskAdapter> tuned();

    /// The generator's own.
    ///
    /// @param vector of the task
    TaskAdapter generated(TaskVector vector);

    /// B0.
    TaskAdapter shared();

    /// What was computed for an equal key before, or is computed now; empty where it is not there in time.
    ///
    /// @param bytes of memory that key and result take
    /// @param tokens that are read to compute it; asked only where it was not
    <T> Optional<T> once(Class<T> type, Object key, int bytes, IntSupplier tokens, Function<EngineSession, T> compute);

    /// What [#keep] kept for an equal key and as many bytes, as long as there was room.
    default <T> Optional<T> kept(Class<T> type, Object key, int bytes) {
        return Optional.empty();
    }

    /// Keeps what other tasks may ask for too, of so many bytes with its key. Without other tasks, nothing is kept.
    default void keep(Object key, int bytes, Object value) {}

    /// An adapter that answers a task.
    ///
    /// @param tuning what tuning did; empty if it was not tuned
    /// @param isUsual whether the generated adapter was tuned by all of the steps that a task has unless a request
    /// says otherwise. Confidence in single answers was fitted to such adapters
    public record TaskAdapter(Adapter adapter, Optional<Tuning.Summary> tuning, boolean isUsual) {}
}
