package dev.icmlora.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import dev.icmlora.engine.Installation;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.Sampler;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// LeakSanitizer on the running function: memory that llama.cpp's libraries allocated and nothing points to any more
/// when the function has stopped. The Java virtual machine's own is not counted, since it frees little at its end.
final class Leaks implements Part {

    private static final Duration LENGTH = Duration.ofMinutes(1);
    private static final String WHAT = "memory of llama.cpp's libraries that is lost when the function has stopped";
    private static final String CONTROL = "control: samplers that are forgotten on purpose, and found";
    private static final int FORGOTTEN = 3;

    @Override
    public List<Row> measure(Machine machine) {
        var sanitizer = sanitizer();
        if (sanitizer.isEmpty()) {
            var why = "no liblsan.so: apt-get install gcc";
            return List.of(Row.skipped(CONTROL, "≥ " + FORGOTTEN, why), Row.skipped(WHAT, "≤ 0", why));
        }
        var folder = machine.root().resolve("workshop/bench/target/leaks");
        var found = control(machine, sanitizer.get(), Machine.emptied(folder));
        var control = Row.atLeast(CONTROL, found.objects(), FORGOTTEN, "", found.toString());
        var lost = function(machine, sanitizer.get(), Machine.emptied(folder));
        return List.of(control, Row.atMost(WHAT, lost.objects(), 0.5, "objects", lost.toString()));
    }

    /// gcc's own folder has it.
    private static Optional<Path> sanitizer() {
        try (var files = Files.walk(Path.of("/usr/lib/gcc"), 3)) {
            return files.filter(file -> file.endsWith("liblsan.so")).findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Map<String, String> environment(Path sanitizer, Path folder) {
        return Map.of(
                "LD_PRELOAD",
                sanitizer.toString(),
                "LSAN_OPTIONS",
                "report_objects=1:exitcode=0:log_path=" + folder.resolve("report"));
    }

    private static Lost function(Machine machine, Path sanitizer, Path folder) {
        var bucket = machine.root().resolve("workshop/bench/target/soak-bucket");
        var environment = new HashMap<>(MixedTraffic.environment(bucket));
        environment.putAll(environment(sanitizer, folder));
        try (var server = Server.withFixedHeap(machine, environment);
                var client = new Client(server);
                var _ = MixedTraffic.start(client, bucket)) {
            Machine.sleep(LENGTH);
        }
        return Lost.read(folder);
    }

    private static Lost control(Machine machine, Path sanitizer, Path folder) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(
                        java,
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Forgetful.class.getName())
                .directory(machine.root().toFile())
                .inheritIO();
        builder.environment().putAll(environment(sanitizer, folder));
        try {
            if (builder.start().waitFor() != 0) {
                throw new IllegalStateException("the control failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return Lost.read(folder);
    }

    /// What a report says was lost by libraries of llama.cpp's.
    ///
    /// @param places where it was allocated
    /// @param most functions that allocated most of it
    private record Lost(int objects, int places, List<String> most) {

        static Lost read(Path folder) {
            try (var files = Files.list(folder)) {
                var text = new StringBuilder();
                for (var file : files.toList()) {
                    text.append(Files.readString(file));
                }
                if (!text.toString().contains("LeakSanitizer")) {
                    throw new IllegalStateException("LeakSanitizer wrote no report into " + folder);
                }
                var leaks = Stream.of(text.toString().split("\n\n"))
                        .filter(leak ->
                                leak.contains(" leak of ") && (leak.contains("libllama") || leak.contains("libggml")))
                        .sorted(Comparator.comparingInt((String leak) -> objects(leak))
                                .reversed())
                        .toList();
                return new Lost(
                        leaks.stream().mapToInt(leak -> objects(leak)).sum(),
                        leaks.size(),
                        leaks.stream().map(Lost::summary).distinct().limit(3).toList());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// `Direct leak of 96 byte(s) in 3 object(s) allocated from:`
        private static int objects(String leak) {
            var words = leak.substring(leak.indexOf(" leak of ")).split(" ");
            return Integer.parseInt(words[6]);
        }

        /// The innermost frame within those libraries.
        private static String summary(String leak) {
            return leak.lines()
                    .filter(line -> line.contains("libllama") || line.contains("libggml"))
                    .findFirst()
                    .map(line -> line.replaceAll("^\\s*#\\d+ 0x\\w+ (in )?|[<(].*", "")
                            .strip())
                    .orElseThrow();
        }

        @Override
        public String toString() {
            return objects + " objects of " + places + " places, " + most;
        }
    }

    /// Forgets to close what it made: what the control finds.
    static final class Forgetful {

        private Forgetful() {}

        public static void main(String[] arguments) {
            var installation = Installation.ofThisProcess();
            NativeLibraries.load(installation.nativeDirectory());
            try (var model = LlamaModel.load(installation.model())) {
                for (var i = 0; i < FORGOTTEN; i++) {
                    Sampler.create(SamplingOptions.GREEDY, model.vocabulary());
                }
            }
        }
    }
}
