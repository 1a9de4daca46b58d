package dev.icmlora.capi;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// A C function that is there, and is linked when it is first called.
///
/// To find a symbol takes microseconds. The method handle of a new shape takes a millisecond, for which a start
/// does not wait where it calls no function of that shape.
final class Downcall {
    private final MemorySegment address;
    private final FunctionDescriptor descriptor;

    /// Threads that are first at the same time each make one, and any of them will do.
    private MethodHandle handle;

    /// @param address of the function, for the life of the process
    Downcall(MemorySegment address, FunctionDescriptor descriptor) {
        this.address = address;
        this.descriptor = descriptor;
    }

    MethodHandle handle() {
        MethodHandle linked = handle;
        if (linked == null) {
            linked = Linker.nativeLinker().downcallHandle(address, descriptor);
            handle = linked;
        }
        return linked;
    }
}
