package dev.icmlora.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
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
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A server in a process of its own, on a free port of loopback, from [#start] to [#close].
final class Server implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    /// Linux' default.
    private static final int FIRST_EPHEMERAL = 32_768;

    private static final String STARTED = "/q/health/started";
    private static final String[] FIXED_HEAP = {
        "-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-XX:NativeMemoryTracking=summary"
    };

    private final Launch launch;
    private final Process process;
    private final URI uri;

    private Server(Launch launch, Process process) {
        this.launch = launch;
        this.process = process;
        this.uri = URI.create("http://" + launch.address());
    }

    /// The command of a process, and all that starting it again takes.
    ///
    /// @param health path that answers 200 once it serves
    /// @param log where its output goes; what an earlier process left there goes
    private record Launch(List<String> command, Map<String, String> environment, int port, String health, Path log) {

        String address() {
            return "127.0.0.1:" + port;
        }
    }

    /// The function as it was built last.
    static Server ours(Machine machine) {
        return function(machine, "java", freePort(), Map.of("ICM_LORA_REQUEST_TIMEOUT", "300s"));
    }

    /// The function as it was built last, with a Java heap that is resident from the start: whatever grows then is
    /// something else.
    ///
    /// @param settings beside the address and the number of threads
    static Server withFixedHeap(Machine machine, Map<String, String> settings) {
        return function(machine, "java", freePort(), settings, FIXED_HEAP);
    }

    /// One of several instances: the function as [#withFixedHeap] starts it, at a port that nothing else takes while
    /// it is dead.
    ///
    /// @param name of its log
    static Server instance(Machine machine, String name, Map<String, String> settings) {
        return function(machine, name, lastingPort(), settings, FIXED_HEAP);
    }

    private static Server function(
            Machine machine, String name, int port, Map<String, String> settings, String... options) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx1g");
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-jar",
                machine.root().resolve("src/target/quarkus-app/quarkus-run.jar").toString()));
        var environment = new HashMap<>(settings);
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        environment.put("ICM_LORA_THREADS", Integer.toString(machine.threads()));
        return start(new Launch(command, environment, port, STARTED, log(machine, name)));
    }

    /// HAProxy before two instances, as deploy/haproxy has it.
    static Server proxy(Machine machine, Server first, Server second) {
        var program = Stream.of("/usr/sbin/haproxy", "/usr/local/sbin/haproxy", "/usr/bin/haproxy")
                .filter(file -> Files.isExecutable(Path.of(file)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("haproxy is missing: apt-get install haproxy"));
        var port = freePort();
        var environment = Map.of(
                "PROXY", "127.0.0.1:" + port, "FIRST", first.launch.address(), "SECOND", second.launch.address());
        // -db: in the foreground.
        var command = List.of(program, "-db", "-f", "deploy/haproxy/haproxy.cfg");
        return start(new Launch(command, environment, port, STARTED, log(machine, "haproxy")));
    }

    /// Starts it again, as it was started before.
    Server again() {
        return start(launch);
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
        return start(new Launch(command, Map.of(), port, "/health", log(machine, "llama-server")));
    }

    private static Path log(Machine machine, String name) {
        return machine.root().resolve("workshop/bench/target/" + name + ".log");
    }

    private static Server start(Launch launch) {
        try {
            Files.createDirectories(launch.log.getParent());
            var builder =
                    new ProcessBuilder(launch.command).redirectErrorStream(true).redirectOutput(launch.log.toFile());
            builder.environment().putAll(launch.environment);
            var server = new Server(launch, builder.start());
            server.awaitHealth();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitHealth() throws IOException {
        var end = System.nanoTime() + PATIENCE.toNanos();
        try (var client = HttpClient.newHttpClient()) {
            while (!isHealthy(client, launch.health)) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    close();
                    throw new IllegalStateException(
                            "It did not start; its log is " + launch.log + ":\n" + Files.readString(launch.log));
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
        Machine.sleep(Duration.ofMillis(10));
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A port that stays free while no server listens: no outgoing connection is given one of these.
    private static int lastingPort() {
        while (true) {
            var port = ThreadLocalRandom.current().nextInt(20_000, FIRST_EPHEMERAL);
            try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (BindException e) {
                // taken; try another one
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    URI uri() {
        return uri;
    }

    double residentMegabytes() {
        return status("VmRSS") / 1024;
    }

    /// Empty once it has ended; of a zombie the kernel has no such line.
    Optional<Double> residentMegabytesIfAlive() {
        try {
            return Optional.of(residentMegabytes());
        } catch (UncheckedIOException | NoSuchElementException e) {
            return Optional.empty();
        }
    }

    double threads() {
        return status("Threads");
    }

    private double status(String key) {
        var line =
                Machine.line(Path.of("/proc/" + process.pid() + "/status"), key).orElseThrow();
        return Double.parseDouble(line.split(" ")[0]);
    }

    /// Counts its open files, sockets and pipes.
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

    /// Ends it as `kill -9` does.
    void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
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
