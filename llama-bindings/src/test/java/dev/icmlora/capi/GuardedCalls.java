package dev.icmlora.capi;

import dev.icmlora.GuardedArena;

/// Puts a guard page behind every buffer that the bindings hand to C, from now on and for all tests of this
/// JVM.
public final class GuardedCalls {
    private GuardedCalls() {}

    public static void begin() {
        CallArena.use(GuardedArena::new);
    }
}
