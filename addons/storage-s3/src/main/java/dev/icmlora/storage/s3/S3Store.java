package dev.icmlora.storage.s3;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Object;

import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.EntityTag;
import dev.icmlora.function.storage.ObjectGoneException;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageConfig;
import dev.icmlora.function.storage.StorageException;
import dev.icmlora.function.storage.StorageUnavailableException;
import dev.icmlora.function.storage.WholeObject;

/// A bucket of S3, Amazon's or another's that writes under conditions. A version is the object's ETag.
///
/// Parts of results are far below the 5 MiB from which S3 puts objects together by itself.
final class S3Store implements ObjectStore {

    private static final String DEFAULT_REGION = "us-east-1";

    /// What is larger is uploaded in parts of this size, or of a larger one where there would be too many.
    private static final int PART = 8 << 20;

    private static final int MOST_PARTS = 10_000;

    private final S3Client client;
    private final String bucket;

    private S3Store(S3Client client, String bucket) {
        this.client = client;
        this.bucket = bucket;
    }

    static S3Store open(String bucket, StorageConfig config) {
        var http =
                Apache5HttpClient.builder().connectionTimeout(config.timeout()).socketTimeout(config.timeout());
        var client = S3Client.builder()
                .httpClientBuilder(http)
                // RetryingStore repeats; the two together would do so for much longer than it was told.
                .overrideConfiguration(c -> c.retryStrategy(AwsRetryStrategy.doNotRetry()));
        var endpoint = config.s3().endpoint();
        // Others than Amazon often do not know its newer checksums.
        endpoint.ifPresent(address -> client.endpointOverride(address)
                .forcePathStyle(true)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED));
        config.s3()
                .region()
                .or(() -> endpoint.map(address -> DEFAULT_REGION))
                .map(Region::of)
                .ifPresent(client::region);
        return new S3Store(client.build(), bucket);
    }

    @Override
    public Optional<StoredObject> find(String key) {
        try {
            var head = client.headObject(request -> request.bucket(bucket).key(key));
            var version = EntityTag.version(head.eTag());
            if (head.contentLength() == null) {
                throw new StorageUnavailableException("the store's answer was cut short", null);
            }
            return Optional.of(new StoredObject(key, version, head.contentLength(), head.metadata()));
        } catch (SdkException e) {
            if (status(e) == 404) {
                return Optional.empty();
            }
            throw StorageException.ofStatus(status(e), "find", key, e);
        }
    }

    @Override
    public InputStream read(StoredObject object) {
        try {
            var in = client.getObject(
                    request -> request.bucket(bucket).key(object.key()).ifMatch(EntityTag.tag(object.version())));
            return new WholeObject(in, object, in::abort);
        } catch (SdkException e) {
            if (status(e) == 404 || status(e) == 412) {
                throw new ObjectGoneException(object.key(), object.version());
            }
            throw StorageException.ofStatus(status(e), "read", object.key(), e);
        }
    }

    @Override
    public String write(String key, Content content, Map<String, String> metadata, Condition condition) {
        return content.bytes() <= PART
                ? put(key, content.whole(), metadata, condition)
                : upload(key, content, metadata, condition);
    }

    private String put(String key, byte[] bytes, Map<String, String> metadata, Condition condition) {
        var request = PutObjectRequest.builder().bucket(bucket).key(key).metadata(metadata);
        switch (condition) {
            case Condition.IfAbsent absent -> request.ifNoneMatch("*");
            case Condition.IfVersion(var version) -> request.ifMatch(EntityTag.tag(version));
        }
        var put = writing(key, condition, () -> client.putObject(request.build(), RequestBody.fromBytes(bytes)));
        return EntityTag.version(put.eTag());
    }

    private String upload(String key, Content content, Map<String, String> metadata, Condition condition) {
        var id = writing(
                        key,
                        condition,
                        () -> client.createMultipartUpload(
                                request -> request.bucket(bucket).key(key).metadata(metadata)))
                .uploadId();
        try {
            var parts = new ArrayList<CompletedPart>();
            var size = Math.max(PART, Math.toIntExact(content.bytes() / MOST_PARTS + 1));
            content.inPieces(size, piece -> parts.add(part(key, id, parts.size() + 1, piece, condition)));
            var complete = CompleteMultipartUploadRequest.builder()
                    .bucket(bucket)
                    .key(key)
                    .uploadId(id)
                    .multipartUpload(all -> all.parts(parts));
            switch (condition) {
                case Condition.IfAbsent absent -> complete.ifNoneMatch("*");
                case Condition.IfVersion(var version) -> complete.ifMatch(EntityTag.tag(version));
            }
            return EntityTag.version(writing(key, condition, () -> client.completeMultipartUpload(complete.build()))
                    .eTag());
        } catch (RuntimeException e) {
            abort(key, id, e);
            throw e;
        }
    }

    private CompletedPart part(String key, String id, int number, byte[] piece, Condition condition) {
        var tag = writing(
                        key,
                        condition,
                        () -> client.uploadPart(
                                request -> request.bucket(bucket)
                                        .key(key)
                                        .uploadId(id)
                                        .partNumber(number),
                                RequestBody.fromBytes(piece)))
                .eTag();
        return CompletedPart.builder().partNumber(number).eTag(tag).build();
    }

    /// Parts of an upload that is not completed cost money until a rule of the bucket removes them.
    private void abort(String key, String id, RuntimeException reason) {
        try {
            client.abortMultipartUpload(
                    request -> request.bucket(bucket).key(key).uploadId(id));
        } catch (SdkException e) {
            reason.addSuppressed(e);
        }
    }

    @Override
    public void delete(String key) {
        try {
            client.deleteObject(request -> request.bucket(bucket).key(key));
        } catch (SdkException e) {
            throw StorageException.ofStatus(status(e), "delete", key, e);
        }
    }

    @Override
    public List<StoredObject> list(String prefix) {
        try {
            return client
                    .listObjectsV2Paginator(request -> request.bucket(bucket).prefix(prefix))
                    .stream()
                    .flatMap(page -> contents(page).stream())
                    .map(object ->
                            new StoredObject(object.key(), EntityTag.version(object.eTag()), object.size(), Map.of()))
                    .toList();
        } catch (SdkException e) {
            throw StorageException.ofStatus(status(e), "list", prefix, e);
        }
    }

    /// The client takes a page without a body for one that lists nothing.
    private static List<S3Object> contents(ListObjectsV2Response page) {
        if (page.isTruncated() == null) {
            throw new StorageUnavailableException("the store's answer was cut short", null);
        }
        return page.contents();
    }

    private static <T> T writing(String key, Condition condition, Supplier<T> action) {
        try {
            return action.get();
        } catch (SdkException e) {
            // What is gone has no version that would match.
            if (isNoSuchKey(e) && condition instanceof Condition.IfVersion) {
                throw new ConditionFailedException(key);
            }
            throw StorageException.ofStatus(status(e), "write", key, e);
        }
    }

    private static boolean isNoSuchKey(SdkException e) {
        return e instanceof AwsServiceException answer
                && answer.awsErrorDetails() != null
                && "NoSuchKey".equals(answer.awsErrorDetails().errorCode());
    }

    private static int status(SdkException e) {
        return e instanceof SdkServiceException answer ? answer.statusCode() : 0;
    }
}
