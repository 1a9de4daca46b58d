package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/// `typedef bool (*ggml_abort_callback)(void * data);`
@FunctionalInterface
public interface AbortCallback {
    /// Called between graph nodes on the computing thread. Must not throw.
    boolean abort(MemorySegment data);

    static MemorySegment pointer(AbortCallback target, Arena arena) {
        return Linkage.upcall(
                MethodHandles.lookup(),
                AbortCallback.class,
                "abort",
                MethodType.methodType(boolean.class, MemorySegment.class),
                target,
                FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS),
                arena);
    }
}
