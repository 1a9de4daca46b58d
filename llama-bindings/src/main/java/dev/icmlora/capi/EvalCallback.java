package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/// `typedef bool (*ggml_backend_sched_eval_callback)(struct ggml_tensor * t, bool ask, void * user_data);`
@FunctionalInterface
public interface EvalCallback {
    /// With `ask`, the answer says whether the node's value is wanted; without, whether to go on. Must not
    /// throw.
    boolean eval(MemorySegment tensor, boolean ask, MemorySegment userData);

    static MemorySegment pointer(EvalCallback target, Arena arena) {
        return Linkage.upcall(
                MethodHandles.lookup(),
                EvalCallback.class,
                "eval",
                MethodType.methodType(boolean.class, MemorySegment.class, boolean.class, MemorySegment.class),
                target,
                FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, JAVA_BOOLEAN, ADDRESS),
                arena);
    }
}
