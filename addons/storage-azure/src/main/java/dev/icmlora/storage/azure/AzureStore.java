package dev.icmlora.storage.azure;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobErrorCode;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.options.BlobInputStreamOptions;
import com.azure.storage.blob.options.BlockBlobCommitBlockListOptions;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;

import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.EntityTag;
import dev.icmlora.function.storage.ObjectGoneException;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageConfig;
import dev.icmlora.function.storage.StorageException;
import dev.icmlora.function.storage.WholeObject;

/// A container of Azure Blob Storage. A version is the blob's ETag.
///
/// Azure puts blobs together by itself only from addresses that carry a signature, which not every credential can make.
final class AzureStore implements ObjectStore {

    /// What is larger is uploaded in blocks of this size, or of a larger one where there would be too many; what is
    /// read comes in them.
    private static final int BLOCK = 4 << 20;

    private static final int MOST_BLOCKS = 50_000;

    private final BlobContainerClient container;

    private AzureStore(BlobContainerClient container) {
        this.container = container;
    }

    /// @param name account and container
    static AzureStore open(String name, StorageConfig config) {
        requireJavaHome();
        var slash = name.indexOf('/');
        var timeout = config.timeout();
        var client = new BlobServiceClientBuilder()
                .httpClient(new JdkHttpClientBuilder()
                        .connectionTimeout(timeout)
                        .writeTimeout(timeout)
                        .responseTimeout(timeout)
                        .readTimeout(timeout)
                        .build())
                // RetryingStore repeats; the two together would do so for much longer than it was told.
                .retryOptions(new RequestRetryOptions(RetryPolicyType.FIXED, 1, (Duration) null, null, null, null));
        config.azure()
                .connectionString()
                .ifPresentOrElse(
                        client::connectionString,
                        () -> client.endpoint("https://%s.blob.core.windows.net".formatted(name.substring(0, slash)))
                                .credential(new DefaultAzureCredentialBuilder().build()));
        return new AzureStore(client.buildClient().getBlobContainerClient(name.substring(slash + 1)));
    }

    /// A native executable has no `java.home`, beside which Azure's client looks for settings of the network as soon as
    /// it is made. It goes on without them where it finds none.
    private static void requireJavaHome() {
        if (System.getProperty("java.home") == null) {
            System.setProperty("java.home", "/nonexistent");
        }
    }

    private BlockBlobClient blob(String key) {
        return container.getBlobClient(key).getBlockBlobClient();
    }

    @Override
    public Optional<StoredObject> find(String key) {
        try {
            var properties = blob(key).getProperties();
            return Optional.of(new StoredObject(
                    key, EntityTag.version(properties.getETag()), properties.getBlobSize(), properties.getMetadata()));
        } catch (RuntimeException e) {
            if (status(e) == 404) {
                return Optional.empty();
            }
            throw StorageException.ofStatus(status(e), "find", key, e);
        }
    }

    @Override
    public InputStream read(StoredObject object) {
        try {
            var options = new BlobInputStreamOptions()
                    .setBlockSize(BLOCK)
                    .setRequestConditions(new BlobRequestConditions().setIfMatch(EntityTag.tag(object.version())));
            return new WholeObject(blob(object.key()).openInputStream(options), object);
        } catch (RuntimeException e) {
            if (status(e) == 404 || status(e) == 412) {
                throw new ObjectGoneException(object.key(), object.version());
            }
            throw StorageException.ofStatus(status(e), "read", object.key(), e);
        }
    }

    @Override
    public String write(String key, Content content, Map<String, String> metadata, Condition condition) {
        return EntityTag.version(
                content.bytes() <= BLOCK
                        ? put(key, content.whole(), metadata, condition)
                        : upload(key, content, metadata, condition));
    }

    private String put(String key, byte[] bytes, Map<String, String> metadata, Condition condition) {
        var options = new BlockBlobSimpleUploadOptions(BinaryData.fromBytes(bytes))
                .setMetadata(metadata)
                .setRequestConditions(conditions(condition));
        return writing(key, condition, () -> blob(key).uploadWithResponse(options, null, Context.NONE))
                .getValue()
                .getETag();
    }

    private String upload(String key, Content content, Map<String, String> metadata, Condition condition) {
        // Two writers of one blob must not mix their blocks.
        var upload = UUID.randomUUID();
        var blob = blob(key);
        var ids = new ArrayList<String>();
        var size = Math.max(BLOCK, Math.toIntExact(content.bytes() / MOST_BLOCKS + 1));
        content.inPieces(size, piece -> {
            var id = "%s-%05d".formatted(upload, ids.size()).getBytes(StandardCharsets.US_ASCII);
            ids.add(Base64.getEncoder().encodeToString(id));
            writing(key, condition, () -> {
                blob.stageBlock(ids.getLast(), BinaryData.fromBytes(piece));
                return id;
            });
        });
        var options = new BlockBlobCommitBlockListOptions(ids)
                .setMetadata(metadata)
                .setRequestConditions(conditions(condition));
        return writing(key, condition, () -> blob.commitBlockListWithResponse(options, null, Context.NONE))
                .getValue()
                .getETag();
    }

    private static BlobRequestConditions conditions(Condition condition) {
        return switch (condition) {
            case Condition.IfAbsent absent -> new BlobRequestConditions().setIfNoneMatch("*");
            case Condition.IfVersion(var version) -> new BlobRequestConditions().setIfMatch(EntityTag.tag(version));
        };
    }

    @Override
    public void delete(String key) {
        try {
            blob(key).deleteIfExists();
        } catch (RuntimeException e) {
            throw StorageException.ofStatus(status(e), "delete", key, e);
        }
    }

    @Override
    public List<StoredObject> list(String prefix) {
        try {
            return container.listBlobs(new ListBlobsOptions().setPrefix(prefix), null).stream()
                    .map(item -> new StoredObject(
                            item.getName(),
                            EntityTag.version(item.getProperties().getETag()),
                            item.getProperties().getContentLength(),
                            Map.of()))
                    .toList();
        } catch (RuntimeException e) {
            throw StorageException.ofStatus(status(e), "list", prefix, e);
        }
    }

    private static <T> T writing(String key, Condition condition, Supplier<T> action) {
        try {
            return action.get();
        } catch (RuntimeException e) {
            if (e instanceof BlobStorageException answer && isOther(answer.getErrorCode(), condition)) {
                throw new ConditionFailedException(key);
            }
            throw StorageException.ofStatus(isOvertaken(e) ? 409 : status(e), "write", key, e);
        }
    }

    /// Whether there is a blob where none should be, or none where one should be; 412 is said of other versions only.
    private static boolean isOther(BlobErrorCode code, Condition condition) {
        return switch (condition) {
            case Condition.IfAbsent absent -> BlobErrorCode.BLOB_ALREADY_EXISTS.equals(code);
            case Condition.IfVersion version -> BlobErrorCode.BLOB_NOT_FOUND.equals(code);
        };
    }

    /// Another writer's commit discards blocks that were not committed yet. Tried again, the condition tells who won.
    private static boolean isOvertaken(RuntimeException e) {
        return e instanceof BlobStorageException answer
                && BlobErrorCode.INVALID_BLOCK_LIST.equals(answer.getErrorCode());
    }

    private static int status(RuntimeException e) {
        return e instanceof HttpResponseException answer && answer.getResponse() != null
                ? answer.getResponse().getStatusCode()
                : 0;
    }
}
