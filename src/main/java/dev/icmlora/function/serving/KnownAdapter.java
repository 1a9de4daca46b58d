package dev.icmlora.function.serving;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.Task;

/// An adapter and the task it was generated for, whose description belongs in its prompts.
///
/// @param fileBytes size of its GGUF form
record KnownAdapter(Task task, Adapter adapter, long fileBytes) {

    static KnownAdapter of(Task task, Adapter adapter) {
        return new KnownAdapter(task, adapter, adapter.gguf().length);
    }

    /// Memory it takes; the A matrices are shared by all adapters of a generator.
    int heapBytes() {
        var weights = adapter.generated().stream()
                .mapToInt(tensor -> tensor.data().length)
                .sum();
        var examples = task.examples().stream()
                .mapToInt(example -> example.input().length() + example.output().length())
                .sum();
        return weights + Character.BYTES * (task.description().length() + examples);
    }
}
