package dev.icmlora.engine.auto;

import java.util.Optional;
import java.util.function.Function;

import dev.icmlora.engine.EngineSession;
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

    /// What was computed for an equal key before, or is computed now.
    ///
    /// @param bytes of memory that key and result take
    <T> T once(Class<T> type, Object key, int bytes, Function<EngineSession, T> compute);
}
