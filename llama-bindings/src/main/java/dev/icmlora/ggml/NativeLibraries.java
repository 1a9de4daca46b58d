package dev.icmlora.ggml;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.icmlora.capi.CString;
import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlH;
import dev.icmlora.capi.GgmlOpsH;
import dev.icmlora.capi.LibcH;
import dev.icmlora.capi.Linkage;
import dev.icmlora.capi.LlamaContextH;
import dev.icmlora.capi.LlamaExtH;
import dev.icmlora.capi.LlamaH;
import dev.icmlora.capi.LlamaSamplerH;
import dev.icmlora.capi.LlamaVocabH;
import dev.icmlora.capi.NativeLog;

/// Loads llama.cpp once per process. Nothing else of these bindings works before [#load]; afterwards
/// everything is usable from any thread. The libraries stay loaded until the process ends: ggml keeps thread
/// pools and registries that cannot be unloaded safely.
public final class NativeLibraries {
    /// The only version whose struct layouts these bindings know; see `native/README.md` for how to move to
    /// another.
    static final String REQUIRED_VERSION = "0.5.0";

    /// Blocks of memory that are larger go back to the system when they are freed, until a model needs more.
    private static final int LEAST_KEPT_BLOCK = 1 << 20;

    /// All whose functions are called.
    private static final List<Class<?>> HEADERS = List.of(
            LibcH.class,
            GgmlH.class,
            GgmlOpsH.class,
            GgmlBackendH.class,
            LlamaH.class,
            LlamaVocabH.class,
            LlamaContextH.class,
            LlamaExtH.class,
            LlamaSamplerH.class);

    private static volatile Path loadedFrom;
    private static int mostKept;

    private NativeLibraries() {}

    /// Loads `libggml-base`, `libggml` and `libllama` in that order, then the compute backends beside them
    /// (of the CPU variants, ggml picks the best for this machine), and sends llama.cpp's log to the
    /// System.Logger `dev.icmlora.native`. Idempotent for one directory. A load that failed after it opened a
    /// library cannot be repeated in the same process.
    ///
    /// @param directory the folder with the shared libraries of llama.cpp v0.5.0, or one with several builds of
    /// them in folders `cuda13`, `cuda12` and `cpu`, of which the best is taken that the GPU driver can run
    /// @throws MissingLibraryException if a library is absent, differs from what was recorded of it, is refused
    /// by the dynamic linker or of another version, lacks a function that the bindings need, or no backend loads
    /// @throws IllegalStateException if the libraries were loaded from another directory before
    public static synchronized void load(Path directory) {
        Path from = LibraryBuild.in(directory.toAbsolutePath().normalize());
        if (from.equals(loadedFrom)) {
            return;
        }
        if (loadedFrom != null) {
            throw new IllegalStateException("native libraries were loaded from " + loadedFrom + ", not from " + from);
        }
        LibraryChecksums.check(from);
        List<Path> files = List.of(library(from, "libggml-base"), library(from, "libggml"), library(from, "libllama"));
        try {
            Linkage.open(files);
        } catch (IllegalArgumentException e) {
            throw new MissingLibraryException("cannot load " + files + ": " + e.getMessage(), e);
        }
        try {
            start(from);
        } catch (UnsatisfiedLinkError e) {
            throw new MissingLibraryException("no function " + e.getMessage() + " in the libraries of " + from, e);
        }
        loadedFrom = from;
    }

    private static void start(Path directory) {
        HEADERS.forEach(NativeLibraries::findSymbols);
        String version = CString.read(LlamaH.llama_version());
        // Builds that were not made on a release machine call themselves 0.5.0-dev.
        if (version == null || !version.split("-", 2)[0].equals(REQUIRED_VERSION)) {
            throw new MissingLibraryException(
                    "llama.cpp " + REQUIRED_VERSION + " is needed, " + directory + " holds " + version, null);
        }
        keepBlocks(LEAST_KEPT_BLOCK);
        NativeLog.install();
        LlamaH.llama_backend_init();
        try (Arena arena = CallArena.open()) {
            GgmlBackendH.ggml_backend_load_all_from_path(arena.allocateFrom(directory.toString()));
        }
        if (GgmlBackendH.ggml_backend_dev_count() == 0) {
            throw new MissingLibraryException(
                    "no compute backend (libggml-cpu-*.so) could be loaded from " + directory, null);
        }
    }

    /// Has blocks of memory that are larger go back to the system when they are freed; of several sizes the largest
    /// counts. Else glibc takes blocks of up to 32 MB from its heap once it has seen some, and what lies behind
    /// them keeps that from shrinking: in a soak it grew in steps of 20 MB, minutes apart. A block that comes from
    /// the system is slow to fill, so what is taken again and again has to be smaller.
    public static synchronized void keepBlocks(int bytes) {
        if (bytes > mostKept) {
            mostKept = bytes;
            LibcH.mallopt(LibcH.M_MMAP_THRESHOLD, bytes);
        }
    }

    /// Gives the system back what C has freed in between what it still uses. Takes some milliseconds.
    public static void giveMemoryBack() {
        directory();
        LibcH.malloc_trim(0);
    }

    /// Now, so that one that is missing is noticed at start-up and not in the middle of a request.
    ///
    /// @throws UnsatisfiedLinkError for the first symbol that no library has, which is its message
    private static void findSymbols(Class<?> header) {
        try {
            MethodHandles.lookup().ensureInitialized(header);
        } catch (IllegalAccessException e) {
            throw new LinkageError("header classes are public", e);
        }
    }

    /// The plain name, or the one that carries backend and version: `libllama.so`, `libllama.v0.5.0.so`,
    /// `libllama.cuda.v0.5.0.so`.
    private static Path library(Path directory, String name) {
        Path plain = directory.resolve(name + ".so");
        if (Files.isRegularFile(plain)) {
            return plain;
        }
        List<Path> versioned = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, name + ".{v,*.v}*.so")) {
                files.forEach(versioned::add);
            } catch (IOException e) {
                throw new MissingLibraryException("cannot list " + directory, e);
            }
        }
        if (versioned.size() != 1) {
            throw new MissingLibraryException(
                    versioned.isEmpty()
                            ? "no " + name + ".so in " + directory + "; run `make setup`"
                            : "more than one " + name + " in " + directory + ": " + versioned,
                    null);
        }
        return versioned.getFirst();
    }

    /// @throws IllegalStateException before [#load]
    public static Path directory() {
        Path directory = loadedFrom;
        if (directory == null) {
            throw new IllegalStateException("NativeLibraries.load has not been called");
        }
        return directory;
    }
}
