package dev.icmlora.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.request.EngineObserver;
import dev.icmlora.generator.network.BaseModelId;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest;

/// What an engine is not made of, and the sentence that says so.
class EngineLoaderTest {

    private static final EngineOptions OPTIONS = EngineOptions.DEFAULT.withThreads(1);
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
                installed.generator(),
                Optional.empty());
        var replaced = CompletableFuture.runAsync(() -> replaceOnceMapped(model, other));

        refuses(files, OPTIONS, model.toString(), "replaced while it was loaded");
        assertThat(replaced).succeedsWithin(Duration.ZERO);
    }

    private static void refuses(EngineFiles files, EngineOptions options, String... reasons) {
        assertThatThrownBy(() ->
                        EngineLoader.load(files, options, EngineObserver.NONE).close())
                .isInstanceOf(EngineStartException.class)
                .message()
                .contains(reasons)
                .hasLineCount(1);
    }

    /// The folder holds the CPU's build alone, as on a machine where the GPU was lost.
    @Test
    void noGpuWhereOneIsRequired() {
        var usual = EngineOptions.DEFAULT;
        var options = new EngineOptions(
                OptionalInt.of(1),
                usual.workers(),
                usual.sequences(),
                usual.contextTokens(),
                usual.batchTokens(),
                usual.maxLoras(),
                usual.adapterModules(),
                usual.adapterRank(),
                usual.checkAdapters(),
                true,
                usual.tuning(),
                usual.stuckAfter());

        refuses(EngineFiles.installed(), options, "no GPU", "ICM_LORA_REQUIRE_GPU");
    }

    @Test
    void wrongChecksum() {
        var installed = EngineFiles.installed();
        var expected = "0".repeat(64);
        var files = new EngineFiles(
                installed.nativeDirectory(),
                installed.model(),
                Optional.of(expected),
                installed.generator(),
                Optional.empty());

        refuses(files, OPTIONS, "SHA-256", expected, "make setup");
    }

    @Test
    void aModelThatIsCutShort() throws Exception {
        var installed = EngineFiles.installed();
        var cut = Files.copy(installed.model(), folder.resolve("cut.gguf"));
        try (var file = new RandomAccessFile(cut.toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }

        refuses(
                new EngineFiles(
                        installed.nativeDirectory(), cut, Optional.empty(), installed.generator(), Optional.empty()),
                OPTIONS,
                "cut.gguf");
    }

    @Test
    void aGeneratorThatIsNone() {
        var installed = EngineFiles.installed();

        refuses(installed.withGenerator(installed.model()), OPTIONS, "cannot be used", "not a generator");
    }

    @Test
    void aGeneratorForAnotherBaseModel() throws Exception {
        var installed = EngineFiles.installed();
        var file = GeneratorFile.read(installed.generator().orElseThrow());
        var own = file.manifest();
        var foreign = new GeneratorManifest(
                own.name(),
                new BaseModelId("another model", "00ff"),
                own.promptFormat(),
                own.architecture(),
                own.catalogue(),
                own.before(),
                own.calibration(),
                own.tuningRates());
        var weights = new LinkedHashMap<String, float[]>();
        own.architecture().tensors().keySet().forEach(name -> weights.put(name, file.floats(name)));
        var other = folder.resolve("other.gguf");
        GeneratorFile.of(foreign, weights).write(other);

        refuses(installed.withGenerator(other), OPTIONS, "cannot be used", "another model (00ff)");
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
