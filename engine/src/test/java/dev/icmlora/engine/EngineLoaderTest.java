package dev.icmlora.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.request.EngineObserver;

class EngineLoaderTest {

    private static final Path MAPS = Path.of("/proc/self/maps");

    @TempDir
    Path folder;

    /// Its checksum may be that of another file than the one that was mapped.
    @Test
    void aModelThatIsReplacedWhileItIsLoadedIsRefused() throws Exception {
        var installed = EngineFiles.installed();
        var model = Files.copy(installed.model(), folder.resolve("model.gguf"));
        var other = Files.copy(installed.model(), folder.resolve("other.gguf"));
        var files = new EngineFiles(
                installed.nativeDirectory(),
                model,
                Optional.of(EngineFiles.DEFAULT_MODEL_SHA256),
                installed.generator());
        var replaced = CompletableFuture.runAsync(() -> replaceOnceMapped(model, other));

        assertThatThrownBy(() -> EngineLoader.load(files, EngineOptions.DEFAULT.withThreads(1), EngineObserver.NONE)
                        .close())
                .isInstanceOf(EngineStartException.class)
                .hasMessageContaining(model.toString())
                .hasMessageContaining("replaced while it was loaded");
        assertThat(replaced).succeedsWithin(Duration.ZERO);
    }

    private static void replaceOnceMapped(Path model, Path other) {
        try {
            while (!Files.readString(MAPS).contains(model.toString())) {
                Thread.onSpinWait();
            }
            Files.move(other, model, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
