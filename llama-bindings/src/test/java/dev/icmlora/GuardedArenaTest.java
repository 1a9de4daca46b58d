package dev.icmlora;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;

import org.junit.jupiter.api.Test;

class GuardedArenaTest {

    /// Lets C write as many bytes as the argument says into a buffer of 100.
    public static void main(String[] arguments) throws Throwable {
        Linker linker = Linker.nativeLinker();
        var memset = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("memset"),
                FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT, JAVA_LONG));
        try (GuardedArena arena = new GuardedArena()) {
            MemorySegment buffer = arena.allocate(100, 1);
            MemorySegment written = (MemorySegment) memset.invokeExact(buffer, 7, Long.parseLong(arguments[0]));
            System.out.println("wrote to " + written.address());
        }
    }

    @Test
    void aWriteWithinTheBufferIsFineAndOneByteBeyondEndsTheProcess() throws Exception {
        assertThat(ChildProcess.run(GuardedArenaTest.class, "100").exitCode()).isZero();
        assertThat(ChildProcess.run(GuardedArenaTest.class, "101").output()).contains("SIGSEGV");
    }
}
