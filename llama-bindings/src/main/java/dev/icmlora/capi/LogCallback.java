package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/// `typedef void (*ggml_log_callback)(enum ggml_log_level level, const char * text, void * user_data);`
@FunctionalInterface
public interface LogCallback {
    /// Called on whichever thread logs, native ones included. Must not throw.
    void log(int level, MemorySegment text, MemorySegment userData);

    /// A function pointer that lives as long as the process, as the libraries do.
    static MemorySegment pointer(LogCallback target) {
        return Linkage.upcall(
                MethodHandles.lookup(),
                LogCallback.class,
                "log",
                MethodType.methodType(void.class, int.class, MemorySegment.class, MemorySegment.class),
                target,
                FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS),
                Arena.global());
    }
}
