package dev.icmlora.function.service;

import dev.icmlora.engine.worker.Delta;

/// Hears of texts while they are written. It is called on the worker's thread, which must not wait.
public interface TextListener {

    /// For one who wants the whole reply only.
    TextListener NONE = new TextListener() {
        @Override
        public void begins(String model) {}

        @Override
        public void wrote(int choice, Delta delta) {}
    };

    /// The prompts are about to be read.
    ///
    /// @param model what will write, as in [TextReply]
    void begins(String model);

    /// A text grew. The deltas of a text together are the text.
    ///
    /// @param choice its index in the reply
    void wrote(int choice, Delta delta);
}
