package dev.icmlora.ggml;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

import dev.icmlora.capi.CudaDriver;

/// The builds of the libraries that may lie side by side in one folder, best first. An image for GPUs
/// holds all of them, since which driver it meets is only known where it is started.
enum LibraryBuild {
    CUDA_13("cuda13", 13_000),
    CUDA_12("cuda12", 12_000),
    CPU("cpu", 0);

    private static final Logger LOG = System.getLogger("dev.icmlora.native");

    private final String folder;
    private final int needs;

    /// @param needs the CUDA that the driver must be able to run, as 1000 x major + 10 x minor
    LibraryBuild(String folder, int needs) {
        this.folder = folder;
        this.needs = needs;
    }

    /// The folder with the libraries to load: the one given, unless it holds builds to choose from.
    static Path in(Path directory) {
        List<LibraryBuild> present = Arrays.stream(values())
                .filter(build -> Files.isDirectory(directory.resolve(build.folder)))
                .toList();
        if (present.isEmpty()) {
            return directory;
        }
        OptionalInt driver = CudaDriver.version();
        LibraryBuild chosen = best(present, driver);
        LOG.log(
                chosen == CPU ? Level.WARNING : Level.INFO,
                "llama.cpp build {0}, of {1} in {2}: {3}",
                chosen.folder,
                present.stream().map(build -> build.folder).collect(Collectors.joining(", ")),
                directory,
                says(driver));
        return directory.resolve(chosen.folder);
    }

    /// @param present at least one, best first
    /// @param driver what the driver can run; empty without a driver
    /// @throws MissingLibraryException if the driver can run none of them
    static LibraryBuild best(List<LibraryBuild> present, OptionalInt driver) {
        return present.stream()
                .filter(build -> build.needs <= driver.orElse(0))
                .findFirst()
                .orElseThrow(() -> new MissingLibraryException(
                        "none of the llama.cpp builds " + present + " runs here: " + says(driver), null));
    }

    private static String says(OptionalInt driver) {
        return driver.isPresent()
                ? "the GPU driver runs CUDA up to %d.%d"
                        .formatted(driver.getAsInt() / 1000, driver.getAsInt() % 1000 / 10)
                : "there is no NVIDIA driver (libcuda.so.1)";
    }

    @Override
    public String toString() {
        return folder;
    }
}
