package dev.icmlora.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collections;
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
    private final Repeatedly uploads;

    private UploadCrowd(Client client) {
        this.client = client;
        this.uploads = Repeatedly.start(PAUSE, Collections.nCopies(CLIENTS, this::upload));
    }

    static UploadCrowd start(Server server) {
        return new UploadCrowd(new Client(server));
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

    private void upload() throws InterruptedException {
        var status = BROKEN;
        try {
            status = client.upload(file);
        } catch (IOException e) {
            // The connection broke.
        }
        statuses.merge(status, 1, Integer::sum);
    }

    /// What they got, and how often; 0 for a connection that broke.
    Map<Integer, Integer> seen() {
        return new TreeMap<>(statuses);
    }

    /// Ends what was begun, too.
    @Override
    public void close() {
        uploads.close();
        client.close();
    }
}
