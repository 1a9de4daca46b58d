package dev.icmlora.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.smallrye.config.ConfigMapping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.events.EventsConfig;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.storage.StorageConfig;

/// What images, Terraform and manifests say of the function is true of it: no platform complains of a setting that
/// nobody reads.
class DeploymentTest {

    private static final Path ROOT = Path.of("..");
    private static final Path OVERLAYS = ROOT.resolve("deploy/kubernetes/overlays");
    private static final Pattern MAKE = Pattern.compile("\\bmake ([a-z-]+)");
    private static final Pattern SETTING = Pattern.compile("\\bICM_LORA_[A-Z0-9_]*[A-Z0-9]\\b");
    /// Where the function is that a client asks, as the program does that answers a table.
    private static final String OF_A_CLIENT = "ICM_LORA_URL";
    /// Each caller has a name of their own.
    private static final Pattern OF_A_CALLER = Pattern.compile("ICM_LORA_(API_KEYS|ROLES)_[A-Z0-9_]+");

    @ParameterizedTest
    @ValueSource(strings = {"deploy", "terraform", "src/main/docker"})
    void everySettingExists(String folder) throws IOException {
        assertThat(settingsIn(ROOT.resolve(folder))).isNotEmpty().isSubsetOf(settings());
    }

    /// Else it grows with the machine, beside the weights.
    @ParameterizedTest
    @CsvSource({"jvm, @app/jvm-options", "cuda, @app/jvm-options", "native, -Xmx1g"})
    void theHeapOfAnImageIsBounded(String image, String option) throws IOException {
        var docker = ROOT.resolve("src/main/docker");

        assertThat(Files.readAllLines(docker.resolve("Dockerfile." + image)))
                .anyMatch(line -> line.startsWith("ENTRYPOINT") && line.contains('"' + option + '"'));
        assertThat(Files.readAllLines(docker.resolve("jvm-options"))).contains("-Xmx1g");
    }

    /// Threads that end for want of memory would leave a process that answers nothing, and does not end.
    @ParameterizedTest
    @CsvSource({
        "src/main/docker/jvm-options, ''",
        "src/main/docker/Dockerfile.native, app/icm-lora",
        "scripts/function, src/target/icm-lora"
    })
    void theProcessEndsWithoutMemory(String file, String program) throws IOException {
        assertThat(Files.readAllLines(ROOT.resolve(file)))
                .anyMatch(line -> line.contains(program) && line.contains("-XX:+ExitOnOutOfMemoryError"));
    }

    /// Images and systemd start it by that file; what starts an image may not start it in another way, nor what starts
    /// it from a clone.
    @Test
    void noImageIsStartedInAnotherWay() throws IOException {
        assertThat(Files.readString(ROOT.resolve("deploy/systemd/icm-lora.service")))
                .contains("java @app/jvm-options ");
        assertThat(Files.readString(ROOT.resolve("src/main/docker/record-aot"))).contains("@\"$app/jvm-options\"");
        assertThat(Files.readString(ROOT.resolve("scripts/function"))).contains("options=(@\"$app/jvm-options\")");
    }

    @Test
    void jobsRunTargetsThatExist() throws IOException {
        var targets = new ArrayList<String>();
        for (var workflow : List.of("check.yml", "native.yml")) {
            var runs = new YAMLMapper()
                    .readTree(
                            ROOT.resolve(".github/workflows").resolve(workflow).toFile())
                    .findValuesAsText("run");
            runs.forEach(run -> MAKE.matcher(run).results().forEach(found -> targets.add(found.group(1))));
        }

        assertThat(targets).contains("check", "test", "native-check", "native");
        assertThat(Files.readString(ROOT.resolve("Makefile")) + Files.readString(ROOT.resolve("ops/Makefile")))
                .contains(targets.stream().map(target -> "\n" + target + ":").toList());
    }

    private static Set<String> settingsIn(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains(".terraform"))
                    .flatMap(DeploymentTest::settingsOf)
                    .collect(Collectors.toSet());
        }
    }

    private static Stream<String> settingsOf(Path file) {
        try {
            return SETTING.matcher(Files.readString(file))
                    .results()
                    .map(MatchResult::group)
                    .map(name -> OF_A_CALLER.matcher(name).replaceFirst("ICM_LORA_$1"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Set<String> settings() {
        var known = Stream.of(FunctionConfig.class, EventsConfig.class, StorageConfig.class)
                .flatMap(config -> settings(
                        config, config.getAnnotation(ConfigMapping.class).prefix()))
                .map(name -> name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"));
        return Stream.concat(known, Stream.of(OF_A_CLIENT)).collect(Collectors.toSet());
    }

    private static Stream<String> settings(Class<?> config, String prefix) {
        return Stream.of(config.getDeclaredMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers()))
                .flatMap(method -> {
                    var name = prefix + "." + method.getName().replaceAll("([A-Z])", "-$1");
                    return method.getReturnType().getEnclosingClass() == null
                            ? Stream.of(name)
                            : settings(method.getReturnType(), name);
                });
    }

    @Test
    void theTriggerCallsTheService() throws IOException {
        var service = manifest("knative/service.yaml");
        var subscriber = manifest("knative-events/trigger.yaml").at("/spec/subscriber/ref");

        assertThat(subscriber.path("name")).isEqualTo(service.at("/metadata/name"));
        assertThat(subscriber.path("kind")).isEqualTo(service.path("kind"));
        assertThat(subscriber.path("apiVersion")).isEqualTo(service.path("apiVersion"));
    }

    @Test
    void theServiceScalesToZeroAndHasAGpu() throws IOException {
        var template = manifest("knative/service.yaml").at("/spec/template");

        assertThat(template.at("/metadata/annotations/autoscaling.knative.dev~1min-scale")
                        .asText())
                .isEqualTo("0");
        assertThat(template.at("/spec/containers/0/resources/limits/nvidia.com~1gpu")
                        .asText())
                .isEqualTo("1");
    }

    /// A file that no kustomization names is applied by nobody. `make deploy-test` builds them and looks closer.
    @Test
    void everyManifestIsApplied() throws IOException {
        try (var folders = Files.list(OVERLAYS)) {
            var all = Stream.concat(
                            folders,
                            Stream.of("kubernetes/base", "observability").map(ROOT.resolve("deploy")::resolve))
                    .toList();
            assertThat(all).hasSizeGreaterThan(7).allSatisfy(DeploymentTest::isListed);
        }
    }

    @Test
    void everyOverlayIsExplained() throws IOException {
        var page = Files.readString(ROOT.resolve("docs/deploy.md"));
        try (var folders = Files.list(OVERLAYS)) {
            assertThat(folders.map(folder -> folder.getFileName().toString()))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(page).contains("overlays/" + name + ")"));
        }
    }

    private static void isListed(Path folder) throws IOException {
        var kustomization = Files.readString(folder.resolve("kustomization.yaml"));
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> !name.equals("kustomization.yaml") && !name.startsWith("alerts.")))
                    .allSatisfy(name -> assertThat(kustomization).containsPattern("(- |path: )" + Pattern.quote(name)));
        }
    }

    private static JsonNode manifest(String name) throws IOException {
        return new YAMLMapper().readTree(OVERLAYS.resolve(name).toFile());
    }
}
