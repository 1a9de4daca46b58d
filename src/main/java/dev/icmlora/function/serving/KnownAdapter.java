package dev.icmlora.function.serving;

import dev.icmlora.generator.adapter.Adapter;

/// An adapter and what it was made from; the task's description belongs in its prompts.
///
/// @param fileBytes size of its GGUF form
record KnownAdapter(Blend blend, Adapter adapter, long fileBytes) {

    static KnownAdapter of(Blend blend, Adapter adapter) {
        return new KnownAdapter(blend, adapter, adapter.gguf().length);
    }

    /// Memory it takes.
    int heapBytes() {
        var task = blend.task();
        var examples = task.examples().stream()
                .mapToInt(example -> example.input().length() + example.output().length())
                .sum();
        return Math.toIntExact(adapter.ownBytes())
                + Character.BYTES * (task.description().length() + examples);
    }
}
