package dev.icmlora.storage.google;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import com.google.cloud.BaseServiceException;
import com.google.cloud.NoCredentials;
import com.google.cloud.ServiceOptions;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.BlobWriteSessionConfigs;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.Storage.BlobTargetOption;
import com.google.cloud.storage.Storage.BlobWriteOption;
import com.google.cloud.storage.Storage.ComposeRequest;
import com.google.cloud.storage.StorageOptions;

import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectGoneException;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageConfig;
import dev.icmlora.function.storage.StorageException;
import dev.icmlora.function.storage.WholeObject;

/// A bucket of Google Cloud Storage. A version is the object's generation.
final class GoogleStore implements ObjectStore {

    /// What is larger is uploaded in chunks of this size, and what is read comes in them.
    private static final int CHUNK = 2 << 20;

    /// Of one composition: https://cloud.google.com/storage/docs/composite-objects
    private static final int MOST_SOURCES = 32;

    private final Storage storage;
    private final String bucket;

    private GoogleStore(Storage storage, String bucket) {
        this.storage = storage;
        this.bucket = bucket;
    }

    static GoogleStore open(String bucket, StorageConfig config) {
        var timeout = Math.toIntExact(config.timeout().toMillis());
        var options = StorageOptions.http()
                .setTransportOptions(HttpTransportOptions.newBuilder()
                        .setConnectTimeout(timeout)
                        .setReadTimeout(timeout)
                        .build())
                // RetryingStore repeats; the two together would do so for much longer than it was told.
                .setRetrySettings(ServiceOptions.getNoRetrySettings())
                .setBlobWriteSessionConfig(BlobWriteSessionConfigs.getDefault().withChunkSize(CHUNK));
        config.google()
                .endpoint()
                .ifPresent(endpoint -> options.setHost(endpoint.toString())
                        .setCredentials(NoCredentials.getInstance())
                        .setProjectId("emulated"));
        return new GoogleStore(options.build().getService(), bucket);
    }

    @Override
    public Optional<StoredObject> find(String key) {
        return Optional.ofNullable(attempt("find", key, () -> storage.get(BlobId.of(bucket, key))))
                .map(GoogleStore::stored);
    }

    private static StoredObject stored(BlobInfo blob) {
        var metadata = Optional.ofNullable(blob.getMetadata()).orElse(Map.of()).entrySet().stream()
                .filter(entry -> entry.getValue() != null)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        return new StoredObject(blob.getName(), version(blob), blob.getSize(), metadata);
    }

    private static String version(BlobInfo blob) {
        return blob.getGeneration().toString();
    }

    @Override
    public InputStream read(StoredObject object) {
        // The channel asks for its bytes when it is read from, too late to say that they are gone.
        if (find(object.key())
                .filter(now -> now.version().equals(object.version()))
                .isEmpty()) {
            throw new ObjectGoneException(object.key(), object.version());
        }
        var id = BlobId.of(bucket, object.key(), Long.parseLong(object.version()));
        var channel = attempt("read", object.key(), () -> storage.reader(id));
        channel.setChunkSize(CHUNK);
        return new WholeObject(Channels.newInputStream(channel), object);
    }

    @Override
    public String write(String key, Content content, Map<String, String> metadata, Condition condition) {
        var target = target(key, metadata);
        if (content.bytes() <= CHUNK) {
            var bytes = content.whole();
            return version(attempt("write", key, () -> storage.create(target, bytes, condition(condition))));
        }
        var session = attempt("write", key, () -> storage.blobWriteSession(target, writeCondition(condition)));
        var channel = attempt("write", key, () -> unchecked(session::open));
        content.inPieces(CHUNK, piece -> attempt("write", key, () -> unchecked(() -> fill(channel, piece))));
        // Closing is what makes the object, so it is closed here and only here.
        return version(attempt(
                "write",
                key,
                () -> unchecked(() -> {
                    channel.close();
                    return session.getResult().get();
                })));
    }

    private static int fill(WritableByteChannel channel, byte[] piece) throws IOException {
        for (var bytes = ByteBuffer.wrap(piece); bytes.hasRemaining(); ) {
            channel.write(bytes);
        }
        return piece.length;
    }

    @Override
    public String compose(String key, List<StoredObject> parts, Map<String, String> metadata, Condition condition) {
        var sources = parts;
        while (sources.size() > MOST_SOURCES) {
            sources = groups(sources);
        }
        return composed(key, sources, metadata, condition);
    }

    /// Puts objects together so that fewer are left. What comes out stays beside the first of each group.
    private List<StoredObject> groups(List<StoredObject> parts) {
        var groups = new ArrayList<StoredObject>();
        for (var first = 0; first < parts.size(); first += MOST_SOURCES) {
            var group = parts.subList(first, Math.min(first + MOST_SOURCES, parts.size()));
            var key = group.getFirst().key() + "-group";
            var bytes = group.stream().mapToLong(StoredObject::bytes).sum();
            groups.add(find(key)
                    .orElseGet(() -> new StoredObject(
                            key, composed(key, group, Map.of(), new Condition.IfAbsent()), bytes, Map.of())));
        }
        return groups;
    }

    private String composed(String key, List<StoredObject> sources, Map<String, String> metadata, Condition condition) {
        var request =
                ComposeRequest.newBuilder().setTarget(target(key, metadata)).setTargetOptions(condition(condition));
        sources.forEach(source -> request.addSource(source.key(), Long.parseLong(source.version())));
        return version(attempt("compose", key, () -> storage.compose(request.build())));
    }

    private BlobInfo target(String key, Map<String, String> metadata) {
        return BlobInfo.newBuilder(bucket, key).setMetadata(metadata).build();
    }

    private static BlobTargetOption condition(Condition condition) {
        return switch (condition) {
            case Condition.IfAbsent absent -> BlobTargetOption.doesNotExist();
            case Condition.IfVersion(var version) -> BlobTargetOption.generationMatch(Long.parseLong(version));
        };
    }

    private static BlobWriteOption writeCondition(Condition condition) {
        return switch (condition) {
            case Condition.IfAbsent absent -> BlobWriteOption.doesNotExist();
            case Condition.IfVersion(var version) -> BlobWriteOption.generationMatch(Long.parseLong(version));
        };
    }

    @Override
    public void delete(String key) {
        attempt("delete", key, () -> storage.delete(BlobId.of(bucket, key)));
    }

    @Override
    public List<StoredObject> list(String prefix) {
        return attempt(
                "list",
                prefix,
                () -> storage.list(bucket, BlobListOption.prefix(prefix))
                        .streamAll()
                        .map(blob -> new StoredObject(blob.getName(), version(blob), blob.getSize(), Map.of()))
                        .toList());
    }

    private static <T> T attempt(String what, String key, Supplier<T> action) {
        try {
            return action.get();
        } catch (BaseServiceException e) {
            throw StorageException.ofStatus(e.getCode(), what, key, e);
        } catch (UncheckedIOException e) {
            var status = e.getCause().getCause() instanceof BaseServiceException cause ? cause.getCode() : 0;
            throw StorageException.ofStatus(status, what, key, e);
        }
    }

    /// An action of a channel, which hides what the store said in exceptions of its own.
    @FunctionalInterface
    private interface ChannelAction<T> {
        T run() throws IOException, ExecutionException, InterruptedException;
    }

    private static <T> T unchecked(ChannelAction<T> action) {
        try {
            return Objects.requireNonNull(action.run());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ExecutionException e) {
            throw new UncheckedIOException(new IOException(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
