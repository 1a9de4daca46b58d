package dev.icmlora.function.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.Installation;
import dev.icmlora.generator.network.BaseModelId;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest;

/// A function that cannot serve does not start, and says why in one sentence.
class StartupFailureIT {

    private static final Path NOWHERE = Path.of("/no/such/place");

    @TempDir
    Path folder;

    @Test
    void missingModel() throws Exception {
        refuses(Map.of("ICM_LORA_MODEL", NOWHERE.toString()), "ICM_LORA_MODEL", "/no/such/place");
    }

    @Test
    void anApiKeyThatIsNone() throws Exception {
        refuses(Map.of("ICM_LORA_API_KEY", ""), "ICM_LORA_API_KEY", "is empty");
        refuses(Map.of("ICM_LORA_API_KEY", " key"), "ICM_LORA_API_KEY", "white space");
        refuses(Map.of("ICM_LORA_API_KEYS_ALICE", " "), "icm-lora.api-keys.alice", "is empty");
    }

    @Test
    void rolesThatAreNone() throws Exception {
        refuses(Map.of("ICM_LORA_ROLES_ALICE", "call"), "icm-lora.roles.alice", "ICM_LORA_API_KEYS_ALICE");
        refuses(Map.of("ICM_LORA_EVENTS_SENDERS", "agent"), "ICM_LORA_EVENTS_SENDERS", "QUARKUS_OIDC_TENANT_ENABLED");
        try (var function = start(Map.of("ICM_LORA_API_KEY", "key", "ICM_LORA_ROLES_DEFAULT", ""))) {
            assertThat(function.awaitExit()).isEqualTo(1);

            // In the words of Quarkus' configuration.
            assertThat(function.output().lines().toList())
                    .last()
                    .asString()
                    .contains("icm-lora.roles.default", "empty String");
        }
    }

    @Test
    void missingGenerator() throws Exception {
        refuses(Map.of("ICM_LORA_GENERATOR", NOWHERE.toString()), "ICM_LORA_GENERATOR", "/no/such/place");
    }

    @Test
    void missingLibraries() throws Exception {
        refuses(Map.of("ICM_LORA_NATIVE_DIR", NOWHERE.toString()), "ICM_LORA_NATIVE_DIR", "/no/such/place");
    }

    @Test
    void aFolderWithoutTheLibraries() throws Exception {
        refuses(Map.of("ICM_LORA_NATIVE_DIR", folder.toString()), folder.toString());
    }

    /// Nothing of it is loaded, so the sentence is all that is said.
    @Test
    void aLibraryThatIsCutShort() throws Exception {
        var libraries = Files.createDirectory(folder.resolve("native"));
        try (var files = Files.newDirectoryStream(Installation.ofThisProcess().nativeDirectory(), "{*.so,checksums}")) {
            for (var file : files) {
                Files.copy(file, libraries.resolve(file.getFileName()));
            }
        }
        var cut = libraries.resolve("libggml-base.so");
        try (var file = new RandomAccessFile(cut.toFile(), "rw")) {
            file.setLength(file.length() - 1);
        }
        refuses(
                Map.of("ICM_LORA_NATIVE_DIR", libraries.toString()),
                cut + " is damaged or another build",
                "found " + Files.size(cut) + " bytes, expected " + (Files.size(cut) + 1) + " bytes",
                "make setup");
    }

    /// The folder holds the CPU's build alone, as on a machine where the GPU was lost.
    @Test
    void noGpuWhereOneIsRequired() throws Exception {
        refuses(Map.of("ICM_LORA_REQUIRE_GPU", "true"), "no GPU", "ICM_LORA_REQUIRE_GPU");
    }

    @Test
    void wrongChecksum() throws Exception {
        var expected = "0".repeat(64);
        refuses(Map.of("ICM_LORA_MODEL_SHA256", expected), "SHA-256", expected, "make setup");
    }

    @Test
    void aModelThatIsCutShort() throws Exception {
        var cut = folder.resolve("cut.gguf");
        Files.copy(Installation.ofThisProcess().model(), cut);
        try (var file = new RandomAccessFile(cut.toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }
        refuses(Map.of("ICM_LORA_MODEL", cut.toString()), "cut.gguf");
    }

    @Test
    void aGeneratorThatIsNone() throws Exception {
        var model = Installation.ofThisProcess().model().toString();
        refuses(Map.of("ICM_LORA_GENERATOR", model), "cannot be used", "not a generator");
    }

    @Test
    void aGeneratorForAnotherBaseModel() throws Exception {
        var other = folder.resolve("other.gguf");
        generatorForAnotherModel(other);
        refuses(Map.of("ICM_LORA_GENERATOR", other.toString()), "cannot be used", "another model (00ff)");
    }

    @Test
    void tenantsWhereNobodySaysWhoTheyAre() throws Exception {
        refuses(Map.of("ICM_LORA_TENANCY", "key"), "ICM_LORA_TENANCY", "no API key");
    }

    @Test
    void oneKeyForTwoNames() throws Exception {
        refuses(Map.of("ICM_LORA_API_KEY", "same", "ICM_LORA_API_KEYS_ALICE", "same"), "icm-lora.api-keys.alice");
    }

    @Test
    void tokensWhoeverTheyWereMadeFor() throws Exception {
        var environment =
                Map.of("QUARKUS_OIDC_TENANT_ENABLED", "true", "QUARKUS_OIDC_AUTH_SERVER_URL", "http://127.0.0.1:1");
        try (var function = start(environment)) {
            assertThat(function.awaitExit()).isEqualTo(1);

            // Quarkus has said before that nobody answers there.
            assertThat(function.output().lines().toList()).last().asString().contains("QUARKUS_OIDC_TOKEN_AUDIENCE");
        }
    }

    @Test
    void settingsOutsideTheirLimits() throws Exception {
        refuses(
                Map.of("ICM_LORA_WORKERS", "65", "ICM_LORA_LIMITS_BUDGET_MILLIS", "0"),
                "icm-lora.workers (ICM_LORA_WORKERS) is 65, but must be 1 to 64",
                "icm-lora.limits.budget-millis (ICM_LORA_LIMITS_BUDGET_MILLIS) is 0, but must be at least 1");
        refuses(
                Map.of("ICM_LORA_EVENTS_TASKS_PREFIX", "/tasks", "ICM_LORA_EVENTS_BATCH", "0"),
                "icm-lora.events.tasks-prefix (ICM_LORA_EVENTS_TASKS_PREFIX) is \"/tasks\"",
                "icm-lora.events.batch (ICM_LORA_EVENTS_BATCH) is 0, but must be 1 to 256");
    }

    /// As a system property it is named by Quarkus.
    @Test
    void settingsThatTheFunctionNeverHad() throws Exception {
        refuses(Map.of("ICM_LORA_WORKER", "2"), "ICM_LORA_WORKER is set", "no such setting");
        try (var function = FunctionProcess.start(folder, Map.of(), "-Dicm-lora.worker=2")) {
            assertThat(function.awaitExit()).isEqualTo(1);

            assertThat(function.output()).contains("icm-lora.worker in SysPropConfigSource does not map");
        }
    }

    /// A JVM refuses what it does not know; behind its jar it takes everything, and so does a native executable.
    @Test
    void optionsThatNobodyKnows() throws Exception {
        try (var function = FunctionProcess.startBy(
                List.of("bash", "-c", "exec \"$@\" -Xnone", "bash"), folder, Map.of(), "-XX:+UseSerialGC")) {
            assertThat(function.awaitExit()).isEqualTo(1);

            assertThat(function.output().lines().toList())
                    .singleElement()
                    .asString()
                    .contains("does not know -Xnone");
        }
    }

    private static void generatorForAnotherModel(Path path) throws IOException {
        var file = GeneratorFile.read(Installation.ofThisProcess().generator());
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
        GeneratorFile.of(foreign, weights).write(path);
    }

    private FunctionProcess start(Map<String, String> environment) throws IOException {
        return FunctionProcess.start(folder, environment, "-XX:+UseSerialGC");
    }

    private void refuses(Map<String, String> environment, String... reasons) throws Exception {
        try (var function = start(environment)) {
            assertThat(function.awaitExit()).isEqualTo(1);

            assertThat(function.output().lines().toList())
                    .singleElement()
                    .asString()
                    .contains(reasons);
        }
    }
}
