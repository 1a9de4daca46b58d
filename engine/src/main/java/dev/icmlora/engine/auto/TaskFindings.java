package dev.icmlora.engine.auto;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.auto.AutoMode.Way;
import dev.icmlora.engine.auto.TaskAdapters.TaskAdapter;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.TaskVector;

/// What mode auto finds out about one task: its adapters, a head, the bias to some labels. Each is computed when it is
/// first asked for, and kept for all requests. Any thread may use it; who asks for what another thread computes waits.
public final class TaskFindings {

    private final Task task;
    /// Adapters by their [Way], all else by the keys that it is asked for by.
    private final Map<Object, Object> known = new HashMap<>();

    public TaskFindings(Task task) {
        this.task = task;
    }

    /// An adapter in another process.
    private record Saved(byte[] gguf, Tuning.Summary tuning, boolean isUsual) implements Serializable {

        static Saved of(TaskAdapter tuned) {
            return new Saved(tuned.adapter().gguf(), tuned.tuning().orElseThrow(), tuned.isUsual());
        }

        TaskAdapter in(Engine engine) {
            return new TaskAdapter(engine.adapterShape().read(gguf), Optional.of(tuning), isUsual);
        }
    }

    /// Findings that [#write] wrote.
    ///
    /// @throws dev.icmlora.generator.adapter.InvalidAdapterException if the engine has no room for the adapter
    public static TaskFindings read(Task task, ObjectInputStream in, Engine engine)
            throws IOException, ClassNotFoundException {
        var findings = new TaskFindings(task);
        for (var left = in.readInt(); left > 0; left--) {
            var key = in.readObject();
            var value = in.readObject();
            findings.known.put(key, value instanceof Saved saved ? saved.in(engine) : value);
        }
        return findings;
    }

    /// Writes what takes long to find out: the tuned adapter, heads, and what bias there is.
    public void write(ObjectOutputStream out) throws IOException {
        var slow = new HashMap<Object, Object>();
        synchronized (known) {
            known.forEach((key, value) -> {
                if (value instanceof Serializable) {
                    slow.put(key, value);
                } else if (key == Way.TUNED) {
                    slow.put(key, Saved.of((TaskAdapter) value));
                }
            });
        }
        out.writeInt(slow.size());
        for (var entry : slow.entrySet()) {
            out.writeObject(entry.getKey());
            out.writeObject(entry.getValue());
        }
    }

    /// The task's adapters, which a request asks for.
    public TaskAdapters in(EngineSession session) {
        return new TaskAdapters() {
            @Override
            public Optional<TaskAdapter> tuned() {
                return Optional.of(once(TaskAdapter.class, Way.TUNED, _ -> tune()));
            }

            private TaskAdapter tune() {
                var engine = session.engine();
                var start = engine.isTrained() ? generated() : shared();
                var options = engine.tuningOptions(task);
                var result = session.tune(start.adapter(), task, options, _ -> {});
                return new TaskAdapter(result.adapter(), Optional.of(result.summary()), true);
            }

            private TaskAdapter generated() {
                return known.get(Way.GENERATED) instanceof TaskAdapter made
                        ? made
                        : generated(session.fingerprint(session.engine().fingerprinted(task)));
            }

            @Override
            public TaskAdapter generated(TaskVector vector) {
                return once(
                        TaskAdapter.class,
                        Way.GENERATED,
                        _ -> new TaskAdapter(session.generated(vector, 1), Optional.empty(), false));
            }

            @Override
            public TaskAdapter shared() {
                return once(
                        TaskAdapter.class, Way.SHARED, _ -> new TaskAdapter(session.shared(), Optional.empty(), false));
            }

            @Override
            public <T> Optional<T> once(
                    Class<T> type, Object key, int bytes, IntSupplier tokens, Function<EngineSession, T> compute) {
                return Optional.of(once(type, key, compute));
            }

            private <T> T once(Class<T> type, Object key, Function<EngineSession, T> compute) {
                synchronized (known) {
                    var result = known.get(key);
                    if (result == null) {
                        result = compute.apply(session);
                        known.put(key, result);
                    }
                    return type.cast(result);
                }
            }
        };
    }
}
