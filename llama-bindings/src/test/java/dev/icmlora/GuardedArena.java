package dev.icmlora;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Memory that ends at a page which nobody may touch: a C function that reads or writes one byte beyond what
/// it was given ends the process at once, instead of reading a neighbour. Each allocation is its own mapping.
public final class GuardedArena implements Arena {
    private static final long PAGE = 4096;
    private static final int PROT_NONE = 0;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

    /// `void * mmap(void * addr, size_t length, int prot, int flags, int fd, off_t offset);`
    private static final MethodHandle MMAP = function(
            "mmap", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));

    /// `int mprotect(void * addr, size_t len, int prot);`
    private static final MethodHandle MPROTECT =
            function("mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    /// `int munmap(void * addr, size_t length);`
    private static final MethodHandle MUNMAP = function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

    private final Arena lifetime = Arena.ofConfined();

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        long data = (byteSize + PAGE - 1) & -PAGE;
        long length = data + PAGE;
        try {
            MemorySegment mapping = (MemorySegment)
                    MMAP.invokeExact(MemorySegment.NULL, length, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
            if (mapping.address() == -1) {
                throw new OutOfMemoryError("mmap of " + length);
            }
            MemorySegment whole = mapping.reinterpret(length, lifetime, GuardedArena::unmap);
            int protectedGuard = (int) MPROTECT.invokeExact(whole.asSlice(data), PAGE, PROT_NONE);
            if (protectedGuard != 0) {
                throw new AssertionError("mprotect failed");
            }
            // As close to the guard as the alignment allows.
            return whole.asSlice((data - byteSize) & -byteAlignment, byteSize);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static void unmap(MemorySegment mapping) {
        try {
            int result = (int) MUNMAP.invokeExact(mapping, mapping.byteSize());
            assert result == 0;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public MemorySegment.Scope scope() {
        return lifetime.scope();
    }

    @Override
    public void close() {
        lifetime.close();
    }
}
