package dev.icmlora.function.serving;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.Task;

/// An adapter and what it was made from; the task's description belongs in its prompts.
///
/// @param fileBytes size of its GGUF form
record KnownAdapter(AdapterKey blend, Adapter adapter, long fileBytes) {

    static KnownAdapter of(AdapterKey blend, Adapter adapter) {
        return new KnownAdapter(blend, adapter, adapter.gguf().length);
    }

    OwnedId ownedId() {
        return new OwnedId(blend.tenant(), adapter.id());
    }

    /// Memory it takes.
    int heapBytes() {
        return Math.toIntExact(adapter.ownBytes()) + bytes(blend.task());
    }

    /// Memory that a task takes.
    static int bytes(Task task) {
        var examples = task.examples().stream()
                .mapToInt(example -> example.input().length() + example.output().length())
                .sum();
        return Character.BYTES * (task.description().length() + examples);
    }
}
