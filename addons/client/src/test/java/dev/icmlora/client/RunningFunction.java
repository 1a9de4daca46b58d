package dev.icmlora.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives tests the address of the packaged function with the real model. It is started once for all tests of a
/// JVM, by `scripts/with-function`, and stopped after the last one, or when the JVM is gone.
public final class RunningFunction implements ParameterResolver {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == URI.class;
    }

    @Override
    public URI resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // Surefire has each of two JVMs run one class after the other, each under a root of its own in one session.
        return context.getStore(StoreScope.LAUNCHER_SESSION, Namespace.GLOBAL)
                .computeIfAbsent(Started.class, key -> Started.now(), Started.class)
                .address();
    }

    /// @param process runs for as long as its standard input is open
    private record Started(Process process, URI address) implements AutoCloseable {

        private static final Pattern READY = Pattern.compile("Ready after .* at (\\S+)");
        private static final int SECONDS_TO_STOP = 30;
        private static final String MODEL = "../../models/SmolLM2-135M-Instruct.Q8_0.gguf";

        static Started now() {
            Path module = Path.of("").toAbsolutePath();
            Path script = module.resolve("../../scripts/with-function").normalize();
            var builder = new ProcessBuilder(script.toString(), "cat").redirectErrorStream(true);
            // As in the function's own tests.
            builder.environment().put("ICM_LORA_THREADS", "1");
            builder.environment().put("FUNCTION_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
            // Of one that is named no checksum is expected, which takes seconds without the optimising compiler.
            builder.environment()
                    .putIfAbsent(
                            "ICM_LORA_MODEL", module.resolve(MODEL).normalize().toString());
            try {
                // For functions and jobs; those of an earlier run are not there.
                var bucket = Files.createTempDirectory(Files.createDirectories(module.resolve("target")), "bucket");
                builder.environment().put("ICM_LORA_STORAGE_BUCKET", "file:" + bucket);
                builder.environment().put("FUNCTION_LOG", bucket + ".log");
                var process = builder.start();
                return new Started(process, address(process.inputReader()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static URI address(BufferedReader output) throws IOException {
            var said = new StringBuilder();
            for (var line = output.readLine(); line != null; line = output.readLine()) {
                Matcher ready = READY.matcher(line);
                if (ready.find()) {
                    return URI.create(ready.group(1));
                }
                said.append(line).append('\n');
            }
            throw new AssertionError("the function did not start; make setup, and scripts/mvn -pl src -am package"
                    + " -DskipTests, give it what it needs:\n" + said);
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            process.onExit()
                    .completeOnTimeout(process, SECONDS_TO_STOP, TimeUnit.SECONDS)
                    .join();
            process.destroy();
        }
    }
}
