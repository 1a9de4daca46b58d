package dev.icmlora.function.serving;

import dev.icmlora.generator.adapter.Adapter;

/// An adapter and what it was generated from; the task's description belongs in its prompts.
///
/// @param fileBytes size of its GGUF form
record KnownAdapter(Blend blend, Adapter adapter, long fileBytes) {

    static KnownAdapter of(Blend blend, Adapter adapter) {
        return new KnownAdapter(blend, adapter, adapter.gguf().length);
    }

    /// Memory it takes; the A matrices are shared by all adapters of a generator.
    int heapBytes() {
        var weights = adapter.generated().stream()
                .mapToInt(tensor -> tensor.data().length)
                .sum();
        var task = blend.task();
        var examples = task.examples().stream()
                .mapToInt(example -> example.input().length() + example.output().length())
                .sum();
        return weights + Character.BYTES * (task.description().length() + examples);
    }
}
