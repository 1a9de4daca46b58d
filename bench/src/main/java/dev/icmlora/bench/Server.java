package dev.icmlora.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A server in a process of its own, on a free port of loopback, from [#start] to [#close].
final class Server implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Process process;
    private final URI uri;
    private final long startedAt;

    private Server(Process process, URI uri, long startedAt) {
        this.process = process;
        this.uri = uri;
        this.startedAt = startedAt;
    }

    /// How the function is started.
    ///
    /// @param name what it is called in the table
    record Way(String name, List<String> command) {}

    /// The ways that are built.
    static List<Way> ways(Machine machine) {
        var ways = new ArrayList<Way>();
        var jar = machine.root().resolve("src/target/quarkus-app/quarkus-run.jar");
        if (Files.exists(jar)) {
            ways.add(new Way("jar", java(jar)));
        }
        var image = machine.root().resolve("src/target/image-app/quarkus-app");
        if (Files.exists(image.resolve("app.aot"))) {
            ways.add(new Way(
                    "jar with AOT cache",
                    java(image.resolve("quarkus-run.jar"), "-XX:AOTCache=" + image.resolve("app.aot"))));
        }
        var executable = machine.root().resolve("src/target/icm-lora");
        if (Files.isExecutable(executable)) {
            ways.add(new Way("native executable", List.of(executable.toString())));
        }
        return ways;
    }

    private static List<String> java(Path jar, String... options) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx1g");
        command.addAll(List.of(options));
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }

    /// The function as it was built last.
    static Server ours(Machine machine) {
        return start(machine, new Way("jar", java(jar(machine))));
    }

    static Server start(Machine machine, Way way) {
        return start(machine, way.command(), Map.of("ICM_LORA_REQUEST_TIMEOUT", "300s"));
    }

    /// The function as it was built last, with a Java heap that is resident from the start: whatever grows then is
    /// something else.
    ///
    /// @param environment settings beside the address and the number of threads
    static Server withFixedHeap(Machine machine, Map<String, String> environment) {
        var command =
                java(jar(machine), "-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-XX:NativeMemoryTracking=summary");
        return start(machine, command, environment);
    }

    private static Path jar(Machine machine) {
        return machine.root().resolve("src/target/quarkus-app/quarkus-run.jar");
    }

    private static Server start(Machine machine, List<String> command, Map<String, String> settings) {
        var port = freePort();
        var environment = new HashMap<>(settings);
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        environment.put("ICM_LORA_THREADS", Integer.toString(machine.threads()));
        return start(machine, command, environment, port, "/q/health/started");
    }

    /// llama-server with as many sequences as a worker of ours, and as much context.
    ///
    /// @param adapters GGUF files, loaded at the start; requests name them by index
    static Server llamaServer(Machine machine, Path program, List<Path> adapters) {
        var port = freePort();
        var threads = Integer.toString(machine.threads());
        var command = new ArrayList<>(List.of(
                program.toString(),
                "--model",
                machine.model().toString(),
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--threads",
                threads,
                "--threads-batch",
                threads,
                "--parallel",
                "8",
                "--ctx-size",
                "4096",
                "--batch-size",
                "512",
                "--no-webui"));
        if (!adapters.isEmpty()) {
            command.addAll(List.of(
                    "--lora",
                    String.join(",", adapters.stream().map(Path::toString).toList()),
                    "--lora-init-without-apply"));
        }
        return start(machine, command, Map.of(), port, "/health");
    }

    private static Server start(
            Machine machine, List<String> command, Map<String, String> environment, int port, String health) {
        var log = machine.root()
                .resolve("bench/target/" + Path.of(command.getFirst()).getFileName() + ".log");
        try {
            Files.createDirectories(log.getParent());
            var builder = new ProcessBuilder(command)
                    .directory(machine.root().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().putAll(environment);
            var startedAt = System.nanoTime();
            var server = new Server(builder.start(), URI.create("http://127.0.0.1:" + port), startedAt);
            server.awaitHealth(health, log);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitHealth(String path, Path log) throws IOException {
        var end = System.nanoTime() + PATIENCE.toNanos();
        try (var client = HttpClient.newHttpClient()) {
            while (!isHealthy(client, path)) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    close();
                    throw new IllegalStateException(
                            "It did not start; its log is " + log + ":\n" + Files.readString(log));
                }
                // Seldom enough not to slow down what it waits for.
                pause();
            }
        }
    }

    private boolean isHealthy(HttpClient client, String path) {
        try {
            var request = HttpRequest.newBuilder(uri.resolve(path)).build();
            return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI uri() {
        return uri;
    }

    /// Since just before the process was started.
    double millisSinceStart() {
        return (System.nanoTime() - startedAt) / 1e6;
    }

    double residentMegabytes() {
        return status("VmRSS") / 1024;
    }

    double threads() {
        return status("Threads");
    }

    private double status(String key) {
        var line =
                Machine.line(Path.of("/proc/" + process.pid() + "/status"), key).orElseThrow();
        return Double.parseDouble(line.split(" ")[0]);
    }

    /// What it has open: files, sockets and pipes.
    long descriptors() {
        try (var descriptors = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return descriptors.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// How many descriptors stay beyond so many, when connections have had time to end.
    long descriptorsAbove(long before) {
        var end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (descriptors() > before && System.nanoTime() < end) {
            pause();
        }
        return Math.max(0, descriptors() - before);
    }

    long pid() {
        return process.pid();
    }

    /// Files that the process has open, sockets and pipes aside, and jars, which its class loader opens and closes as
    /// classes are asked for.
    List<String> openFiles() {
        try (var descriptors = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return descriptors
                    .map(Server::target)
                    .filter(target -> target.startsWith("/") && !target.startsWith("/dev/") && !target.endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
