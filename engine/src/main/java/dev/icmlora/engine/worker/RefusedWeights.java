package dev.icmlora.engine.worker;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Remembers adapters whose scores were not finite, as many as were asked for latest. Tenants have entries of their
/// own: how soon weights are refused tells none of them what another one tried. Belongs to the worker's thread.
final class RefusedWeights {

    private static final int REMEMBERED = 1024;

    private final Set<Key> refused = Collections.newSetFromMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });

    /// Holds no adapter in memory.
    private record Key(String salt, String adapter, float scale) {}

    private static Key key(ScaledAdapter adapter, DecodeRequest request) {
        return new Key(request.wanted().salt(), adapter.adapter().id(), adapter.scale());
    }

    void add(DecodeRequest request) {
        request.adapter().ifPresent(adapter -> refused.add(key(adapter, request)));
    }

    boolean contains(DecodeRequest request) {
        return request.adapter()
                .filter(adapter -> refused.contains(key(adapter, request)))
                .isPresent();
    }
}
