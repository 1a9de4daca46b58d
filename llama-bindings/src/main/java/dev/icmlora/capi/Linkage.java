package dev.icmlora.capi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The one place where native symbols are found and become method handles.
///
/// The classes named after C headers find their symbols in their static initialisers, so none of them may be
/// initialised before [#open]. That order is kept by `NativeLibraries.load`, and it is what lets a native image
/// initialise them at run time. A method handle is made when its function is first called: see [Downcall].
public final class Linkage {
    private static final Linker LINKER = Linker.nativeLinker();
    private static volatile SymbolLookup libraries;

    /// The shape of every call that can be made. A native image has to be told them when it is built, so a test
    /// compares them with `reachability-metadata.json`.
    private static final Set<FunctionDescriptor> DOWNCALLS = ConcurrentHashMap.newKeySet();

    private static final Set<FunctionDescriptor> UPCALLS = ConcurrentHashMap.newKeySet();

    private Linkage() {}

    /// Opens the libraries in the order given, for the life of the process: ggml keeps threads and registries
    /// that cannot be unloaded.
    ///
    /// @throws IllegalArgumentException if the dynamic linker refuses a file
    public static void open(List<Path> files) {
        SymbolLookup all = LINKER.defaultLookup();
        for (Path file : files) {
            all = SymbolLookup.libraryLookup(file, Arena.global()).or(all);
        }
        libraries = all;
    }

    /// @throws UnsatisfiedLinkError if no library has the symbol, which is its message. An [Error], because static
    /// initialisers let errors through unwrapped
    static Downcall downcall(String symbol, FunctionDescriptor descriptor) {
        SymbolLookup lookup = libraries;
        if (lookup == null) {
            throw new IllegalStateException("NativeLibraries.load has not been called");
        }
        MemorySegment address = lookup.find(symbol).orElseThrow(() -> new UnsatisfiedLinkError(symbol));
        DOWNCALLS.add(descriptor);
        return new Downcall(address, descriptor);
    }

    /// A handle whose first argument is the function's address.
    static MethodHandle downcall(FunctionDescriptor descriptor) {
        DOWNCALLS.add(descriptor);
        return LINKER.downcallHandle(descriptor);
    }

    /// A C function pointer that calls `target`'s only abstract method; it lives as long as `arena`. The
    /// target must not throw: an exception that leaves an upcall ends the process.
    static MemorySegment upcall(
            MethodHandles.Lookup lookup,
            Class<?> functionalInterface,
            String method,
            MethodType type,
            Object target,
            FunctionDescriptor descriptor,
            Arena arena) {
        UPCALLS.add(descriptor);
        try {
            MethodHandle handle =
                    lookup.findVirtual(functionalInterface, method, type).bindTo(target);
            return LINKER.upcallStub(handle, descriptor, arena);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("upcall " + functionalInterface.getName() + "." + method, e);
        }
    }

    static Set<FunctionDescriptor> downcalls() {
        return Set.copyOf(DOWNCALLS);
    }

    static Set<FunctionDescriptor> upcalls() {
        return Set.copyOf(UPCALLS);
    }

    /// Downcall handles declare `Throwable`, yet a C function throws nothing: whatever arrives here is a
    /// mistake of ours.
    static RuntimeException unexpected(Throwable t) {
        return switch (t) {
            case Error e -> throw e;
            case RuntimeException e -> e;
            default -> new IllegalStateException(t);
        };
    }

    /// A C function that is there, and is linked when it is first called.
    ///
    /// To find a symbol takes microseconds. The method handle of a new shape takes a millisecond, for which a start
    /// does not wait where it calls no function of that shape. Shapes that many functions share have a method here;
    /// a function of any other shape invokes its [#handle].
    static final class Downcall {
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

        void run(MemorySegment a) {
            try {
                handle().invokeExact(a);
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        void run(MemorySegment a, MemorySegment b) {
            try {
                handle().invokeExact(a, b);
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        void run(MemorySegment a, int b) {
            try {
                handle().invokeExact(a, b);
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        MemorySegment pointer(int a) {
            try {
                return (MemorySegment) handle().invokeExact(a);
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        MemorySegment pointer(MemorySegment a) {
            try {
                return (MemorySegment) handle().invokeExact(a);
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        MemorySegment pointer(MemorySegment a, MemorySegment b) {
            try {
                return (MemorySegment) handle().invokeExact(a, b);
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        MemorySegment pointer(MemorySegment a, MemorySegment b, MemorySegment c) {
            try {
                return (MemorySegment) handle().invokeExact(a, b, c);
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        MemorySegment pointer(MemorySegment a, MemorySegment b, float c) {
            try {
                return (MemorySegment) handle().invokeExact(a, b, c);
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        MemorySegment struct(SegmentAllocator allocator) {
            try {
                return (MemorySegment) handle().invokeExact(allocator);
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        int integer(MemorySegment a) {
            try {
                return (int) handle().invokeExact(a);
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        int integer(MemorySegment a, MemorySegment b) {
            try {
                return (int) handle().invokeExact(a, b);
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }

        boolean truth(MemorySegment a) {
            try {
                return (boolean) handle().invokeExact(a);
            } catch (Throwable thrown) {
                throw unexpected(thrown);
            }
        }
    }
}
