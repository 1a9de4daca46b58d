package dev.icmlora.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Clients that have the function unpack a thousand times what they send: all at once, and each again some
/// seconds after its answer.
final class UploadCrowd implements AutoCloseable {

    private static final int CLIENTS = 400;
    /// As much as the function takes of a zip's content, which is 16 MB.
    private static final int UNPACKED = 16_000_000;
    private static final int BROKEN = 0;
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Client client;
    private final byte[] file = zeros();
    private final Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
    private final List<Thread> threads = new ArrayList<>();

    private UploadCrowd(Client client) {
        this.client = client;
    }

    static UploadCrowd start(Server server) {
        var crowd = new UploadCrowd(new Client(server));
        for (var i = 0; i < CLIENTS; i++) {
            crowd.threads.add(Thread.ofVirtual().start(crowd::upload));
        }
        return crowd;
    }

    String what() {
        return CLIENTS
                + " clients that bring zips of %d kB which unpack to %d MB"
                        .formatted(file.length / 1000, UNPACKED / 1_000_000);
    }

    private static byte[] zeros() {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("adapter_model.safetensors"));
            zip.write(new byte[UNPACKED]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private void upload() {
        try {
            while (true) {
                saw(status());
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int status() throws InterruptedException {
        try {
            return client.upload(file);
        } catch (IOException e) {
            return BROKEN;
        }
    }

    private void saw(int status) {
        statuses.merge(status, 1, Integer::sum);
    }

    /// What they got, and how often; 0 for a connection that broke.
    Map<Integer, Integer> seen() {
        return new TreeMap<>(statuses);
    }

    /// Ends what was begun, too.
    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
        client.close();
    }
}
