package dev.icmlora.engine.worker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;

/// The branches of a context that nobody has: sequences beside those of the texts, in which labels are read.
final class Branches {

    private final Decoder decoder;
    private final Deque<Integer> free = new ArrayDeque<>();

    /// @param first id
    Branches(Decoder decoder, int first, int count) {
        this.decoder = decoder;
        for (var id = first; id < first + count; id++) {
            free.add(id);
        }
    }

    boolean isEmpty() {
        return free.isEmpty();
    }

    /// An empty branch, if one is left.
    OptionalInt take() {
        return free.isEmpty() ? OptionalInt.empty() : OptionalInt.of(free.remove());
    }

    /// Empties a branch and takes it back.
    void give(int branch) {
        decoder.remove(branch);
        free.add(branch);
    }
}
