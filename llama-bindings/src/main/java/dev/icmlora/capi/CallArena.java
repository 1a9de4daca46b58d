package dev.icmlora.capi;

import java.lang.foreign.Arena;
import java.util.function.Supplier;

/// Memory for the length of one native call, always opened and closed by the same thread. One place, so that
/// tests can put guard pages behind every buffer that C sees.
public final class CallArena {
    private static volatile Supplier<Arena> factory = Arena::ofConfined;

    private CallArena() {}

    public static Arena open() {
        return factory.get();
    }

    static void use(Supplier<Arena> newFactory) {
        factory = newFactory;
    }
}
