package dev.icmlora.function.service;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.icmlora.engine.worker.Delta;

/// Counts what is told of texts, for one who leaves before their end: the tokens of the prompts, and one for each
/// piece.
final class ToldTokens {

    private final TextListener listener;
    private final AtomicInteger tokens = new AtomicInteger();

    ToldTokens(TextListener listener) {
        this.listener = listener;
    }

    /// As [TextListener#begins].
    ///
    /// @param prompts that are about to be read, as tokens
    void begins(String model, List<int[]> prompts) {
        tokens.addAndGet(prompts.stream().mapToInt(prompt -> prompt.length).sum());
        listener.begins(model);
    }

    /// As [TextListener#wrote].
    void wrote(int choice, Delta delta) {
        tokens.incrementAndGet();
        listener.wrote(choice, delta);
    }

    int tokens() {
        return tokens.get();
    }
}
