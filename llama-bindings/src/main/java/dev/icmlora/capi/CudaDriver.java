package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.OptionalInt;

/// NVIDIA's driver, asked before any library that needs it is loaded.
public final class CudaDriver {
    private static final String LIBRARY = "libcuda.so.1";

    /// `CUresult cuDriverGetVersion(int * driverVersion);` (cuda.h)
    private static final MethodHandle cuDriverGetVersion = Linkage.downcall(FunctionDescriptor.of(JAVA_INT, ADDRESS));

    private CudaDriver() {}

    /// The newest CUDA that the driver can run, as 1000 x major + 10 x minor. Asking needs no `cuInit`,
    /// so it makes no context and costs next to no time on a machine with a GPU.
    ///
    /// @return nothing where there is no driver
    public static OptionalInt version() {
        try (Arena arena = CallArena.open()) {
            SymbolLookup driver = SymbolLookup.libraryLookup(LIBRARY, arena);
            MemorySegment function = driver.find("cuDriverGetVersion").orElse(MemorySegment.NULL);
            MemorySegment version = arena.allocate(JAVA_INT);
            if (function.equals(MemorySegment.NULL) || (int) cuDriverGetVersion.invokeExact(function, version) != 0) {
                return OptionalInt.empty();
            }
            return OptionalInt.of(version.get(JAVA_INT, 0));
        } catch (IllegalArgumentException noSuchLibrary) {
            return OptionalInt.empty();
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }
}
