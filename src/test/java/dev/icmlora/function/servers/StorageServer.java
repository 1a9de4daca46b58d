package dev.icmlora.function.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import com.azure.storage.blob.BlobServiceClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

import dev.icmlora.function.storage.Bucket;
import dev.icmlora.function.storage.Bucket.Provider;
import dev.icmlora.function.storage.StorageConfig;
import dev.icmlora.function.storage.Stores;
import dev.icmlora.storage.azure.AzureProvider;
import dev.icmlora.storage.google.GoogleProvider;
import dev.icmlora.storage.local.LocalProvider;
import dev.icmlora.storage.s3.S3Provider;

/// A server that speaks as a provider's does, in a process of its own on a loopback port, with its objects in memory.
/// There is one of each for all tests of a JVM, and tests run in two at a time.
public final class StorageServer {

    private static final Path HOME =
            Path.of("../.tools/servers").toAbsolutePath().normalize();
    private static final Path LOGS = Path.of("target/servers");
    private static final Map<Provider, StorageServer> RUNNING = new EnumMap<>(Provider.class);
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int START_SECONDS = 60;

    private static final String ACCOUNT = "tests";
    private static final String KEY = "dGVzdHMgb24gbG9vcGJhY2s=";

    private final Provider provider;
    private final int port;

    private StorageServer(Provider provider, int port) {
        this.provider = provider;
        this.port = port;
    }

    /// The server of a provider, started at the first call.
    public static synchronized StorageServer of(Provider provider) {
        return RUNNING.computeIfAbsent(provider, StorageServer::start);
    }

    private static StorageServer start(Provider provider) {
        // What the AWS client's default chain finds in this JVM.
        System.setProperty("aws.accessKeyId", ACCOUNT);
        System.setProperty("aws.secretAccessKey", KEY);
        try {
            Files.createDirectories(LOGS);
            install();
            var port = freePort();
            var log = LOGS.resolve(provider + "-" + port + ".log").toFile();
            var builder = new ProcessBuilder(command(provider, port))
                    .redirectErrorStream(true)
                    .redirectOutput(log);
            builder.environment().put("AZURITE_ACCOUNTS", ACCOUNT + ":" + KEY);
            var process = builder.start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            var server = new StorageServer(provider, port);
            server.await(process, log.toPath());
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Where they are missing, this takes some minutes. Where somebody else is at it, it waits.
    private static void install() throws IOException {
        var log = LOGS.resolve("install.log");
        var status = new ProcessBuilder("../scripts/storage-servers")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .onExit()
                .join()
                .exitValue();
        if (status != 0) {
            throw new AssertionError("scripts/storage-servers ended with " + status + ":\n" + Files.readString(log));
        }
    }

    private static List<String> command(Provider provider, int port) throws IOException {
        return switch (provider) {
            case GOOGLE ->
                List.of(
                        HOME.resolve("fake-gcs-server").toString(),
                        "-scheme=http",
                        "-host=127.0.0.1",
                        "-port=" + port,
                        "-backend=memory",
                        "-log-level=warn");
            case S3 -> {
                var settings = LOGS.resolve("s3proxy-" + port + ".properties");
                Files.write(
                        settings,
                        List.of(
                                "s3proxy.endpoint=http://127.0.0.1:" + port,
                                "s3proxy.authorization=aws-v2-or-v4",
                                "s3proxy.identity=" + ACCOUNT,
                                "s3proxy.credential=" + KEY,
                                "jclouds.provider=transient-nio2"));
                yield List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx2g",
                        "-Dlogback.configurationFile=test/servers/logback.xml",
                        "-cp",
                        HOME.resolve("s3proxy/*").toString(),
                        "org.gaul.s3proxy.Main",
                        "--properties",
                        settings.toString());
            }
            case AZURE ->
                List.of(
                        "node",
                        HOME.resolve("azurite/node_modules/azurite/dist/src/blob/main.js")
                                .toString(),
                        "--blobHost",
                        "127.0.0.1",
                        "--blobPort",
                        String.valueOf(port),
                        "--inMemoryPersistence",
                        "--skipApiVersionCheck",
                        "--disableTelemetry",
                        "--silent");
            case LOCAL -> throw new IllegalArgumentException("a directory has no server");
        };
    }

    /// A port that nobody has at the moment.
    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }

    private void await(Process process, Path log) throws IOException {
        for (var i = 0; i < START_SECONDS * 10; i++) {
            try (var socket = new Socket()) {
                socket.connect(address());
                return;
            } catch (IOException e) {
                try {
                    if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
                        break;
                    }
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    break;
                }
            }
        }
        throw new AssertionError("the server did not start:\n" + Files.readString(log));
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(LOOPBACK, port);
    }

    /// A new, empty bucket.
    public Bucket bucket() {
        var name = "b" + UUID.randomUUID();
        switch (provider) {
            case GOOGLE -> createGoogle(name);
            case S3 -> createS3(name);
            default ->
                new BlobServiceClientBuilder()
                        .connectionString(connectionString(port))
                        .buildClient()
                        .createBlobContainer(name);
        }
        return missing(name);
    }

    /// A bucket that does not exist.
    public Bucket missing(String name) {
        return switch (provider) {
            case GOOGLE -> Bucket.google(name);
            case S3 -> Bucket.s3(name);
            default -> Bucket.azure(ACCOUNT, name);
        };
    }

    private void createGoogle(String name) {
        var request = HttpRequest.newBuilder(URI.create(http(port) + "/storage/v1/b"))
                .POST(BodyPublishers.ofString("{\"name\": \"" + name + "\"}"));
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(request.build(), BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new AssertionError(answer.body());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void createS3(String name) {
        try (var client = S3Client.builder()
                .endpointOverride(URI.create(http(port)))
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .build()) {
            client.createBucket(request -> request.bucket(name));
        }
    }

    private static String http(int port) {
        return "http://127.0.0.1:" + port;
    }

    private static String connectionString(int port) {
        return "DefaultEndpointsProtocol=http;AccountName=%s;AccountKey=%s;BlobEndpoint=%s/%s;"
                .formatted(ACCOUNT, KEY, http(port), ACCOUNT);
    }

    /// Settings by which a function in a process of its own finds the servers behind these ports.
    public static Map<String, String> environment(Map<Provider, Integer> ports) {
        var environment = new HashMap<>(Map.of("AWS_ACCESS_KEY_ID", ACCOUNT, "AWS_SECRET_ACCESS_KEY", KEY));
        ports.forEach((provider, port) -> {
            switch (provider) {
                case GOOGLE -> environment.put("ICM_LORA_STORAGE_GOOGLE_ENDPOINT", http(port));
                case S3 -> environment.put("ICM_LORA_STORAGE_S3_ENDPOINT", http(port));
                case AZURE -> environment.put("ICM_LORA_STORAGE_AZURE_CONNECTION_STRING", connectionString(port));
                case LOCAL -> throw new IllegalArgumentException("a directory has no port");
            }
        });
        return environment;
    }

    /// The same for a client in this JVM, of this server or of a proxy before it.
    public StorageConfig config(int port) {
        return new Settings(provider, port);
    }

    public StorageConfig config() {
        return config(port);
    }

    /// Stores of all providers.
    public static Stores stores(StorageConfig config) {
        return new Stores(
                config, List.of(new GoogleProvider(), new S3Provider(), new AzureProvider(), new LocalProvider()));
    }

    private record Settings(Provider provider, int port)
            implements StorageConfig, StorageConfig.Google, StorageConfig.S3, StorageConfig.Azure {

        @Override
        public Optional<String> bucket() {
            return Optional.empty();
        }

        @Override
        public Duration timeout() {
            return Duration.ofSeconds(30);
        }

        @Override
        public StorageConfig.Google google() {
            return this;
        }

        @Override
        public StorageConfig.S3 s3() {
            return this;
        }

        @Override
        public StorageConfig.Azure azure() {
            return this;
        }

        @Override
        public Optional<URI> endpoint() {
            return Optional.of(URI.create(http(port)));
        }

        @Override
        public Optional<String> region() {
            return Optional.empty();
        }

        @Override
        public Optional<String> connectionString() {
            return Optional.of(StorageServer.connectionString(port));
        }
    }
}
