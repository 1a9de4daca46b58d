package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;

import dev.icmlora.capi.Linkage.Downcall;

/// `stdio.h`, `malloc.h` and `sys/mman.h`. Each method is the C function of its name.
public final class LibcH {
    /// Of Linux, whatever the processor.
    public static final int MADV_DONTNEED = 4;
    /// Of glibc.
    public static final int M_MMAP_THRESHOLD = -3;

    private LibcH() {}

    private static final Downcall fmemopen =
            Linkage.downcall("fmemopen", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));

    /// `FILE * fmemopen(void * buf, size_t size, const char * mode);`
    public static MemorySegment fmemopen(MemorySegment buf, long size, MemorySegment mode) {
        try {
            return (MemorySegment) fmemopen.handle().invokeExact(buf, size, mode);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall fclose = Linkage.downcall("fclose", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    /// `int fclose(FILE * stream);`
    public static int fclose(MemorySegment stream) {
        return fclose.integer(stream);
    }

    private static final Downcall madvise =
            Linkage.downcall("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    /// `int madvise(void * addr, size_t length, int advice);`
    public static int madvise(MemorySegment addr, long length, int advice) {
        try {
            return (int) madvise.handle().invokeExact(addr, length, advice);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall malloc_trim =
            Linkage.downcall("malloc_trim", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));

    /// `int malloc_trim(size_t pad);`
    public static int malloc_trim(long pad) {
        try {
            return (int) malloc_trim.handle().invokeExact(pad);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall mallopt =
            Linkage.downcall("mallopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    /// `int mallopt(int param, int value);`
    public static int mallopt(int param, int value) {
        try {
            return (int) mallopt.handle().invokeExact(param, value);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }
}
