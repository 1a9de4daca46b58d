package dev.icmlora.engine.worker;

import java.util.LinkedHashSet;
import java.util.SequencedSet;

/// Remembers adapters whose scores were not finite, as many as were asked for latest. Tenants have entries of their
/// own: how soon weights are refused tells none of them what another one tried. Belongs to the worker's thread.
final class RefusedWeights {

    private static final int REMEMBERED = 1024;

    private final SequencedSet<Key> refused = new LinkedHashSet<>();

    /// Holds no adapter in memory.
    private record Key(String salt, String adapter, float scale) {}

    private static Key key(ScaledAdapter adapter, DecodeRequest request) {
        return new Key(request.wanted().salt(), adapter.adapter().id(), adapter.scale());
    }

    void add(DecodeRequest request) {
        request.adapter().ifPresent(adapter -> refused.addLast(key(adapter, request)));
        if (refused.size() > REMEMBERED) {
            refused.removeFirst();
        }
    }

    boolean contains(DecodeRequest request) {
        return request.adapter()
                .filter(adapter -> refused.contains(key(adapter, request)))
                .isPresent();
    }
}
