package dev.icmlora.engine.task;

import java.io.Serializable;
import java.util.List;

/// What the answers to a task are.
public sealed interface Output extends Serializable {

    /// Any text.
    ///
    /// @param maxTokens most tokens of one, 1 or more
    record Text(int maxTokens) implements Output {

        public Text {
            if (maxTokens < 1) {
                throw new IllegalArgumentException("an answer needs 1 token or more, not " + maxTokens);
            }
        }
    }

    /// One of some labels.
    ///
    /// @param labels two or more, each another text
    record Label(List<String> labels) implements Output {

        public Label {
            labels = List.copyOf(labels);
            if (labels.size() < 2) {
                throw new IllegalArgumentException("a choice needs 2 labels or more, not " + labels);
            }
        }
    }

    /// A piece of the input, word for word. Outputs of examples stand in their inputs, or are empty where the input
    /// has none.
    record Span() implements Output {}
}
