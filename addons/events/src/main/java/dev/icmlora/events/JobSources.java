package dev.icmlora.events;

import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.events.TaskFile.InputFile;
import dev.icmlora.function.config.Setting;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.storage.Bucket;
import dev.icmlora.function.storage.ObjectGoneException;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.ObjectStore.StoredObject;
import dev.icmlora.function.storage.StorageRefusedException;

/// Objects that jobs take their inputs from: those that lie where the inputs of task files do, and no others.
@Singleton
final class JobSources {

    private static final Logger LOG = Logger.getLogger(JobSources.class);
    private static final Setting BUCKETS = new Setting("icm-lora.events.buckets");
    private static final String BUCKET = "/source/bucket";
    private static final String KEY = "/source/key";

    private final Buckets buckets;
    private final TaskFile file;
    private final EventsConfig config;

    JobSources(Buckets buckets, TaskFile file, EventsConfig config) {
        this.buckets = buckets;
        this.file = file;
        this.config = config;
    }

    /// An object as it was when the job came. What takes its place is not answered.
    @RegisterForReflection
    record Pinned(String bucket, String key, String version) {}

    /// @param inputs that it holds
    record Found(Pinned object, int inputs) {}

    /// Finds an object and counts its inputs, without having all of it in memory.
    ///
    /// @throws RequestException if it is not there, is none that a job may name, or does not hold inputs
    /// @throws dev.icmlora.function.storage.StorageException if the store does not answer
    Found find(Source source) {
        var bucket = bucket(source);
        var store = buckets.find(bucket)
                .orElseThrow(() -> invalid(BUCKET, BUCKETS.toString(), source.bucket(), "is none of " + BUCKETS));
        try {
            var object = store.find(source.key())
                    .orElseThrow(() -> invalid(KEY, null, source.key(), "names no object of the bucket"));
            return new Found(new Pinned(bucket.toString(), object.key(), object.version()), count(store, object));
        } catch (ObjectGoneException e) {
            throw invalid(KEY, null, source.key(), "was replaced while it was read");
        } catch (StorageRefusedException e) {
            // A file behind a symbolic link, say. The message names places outside the bucket.
            LOG.infof("A job's source cannot be read: %s", e.getMessage());
            throw invalid(KEY, null, source.key(), "cannot be read: the storage refuses it");
        }
    }

    private Bucket bucket(Source source) {
        var violations = new Violations();
        violations.when(source.bucket() == null, BUCKET, "a bucket", null, "is missing");
        violations.when(source.key() == null, KEY, "an object's name", null, "is missing");
        var form = config.tasksPrefix() + "<name>.jsonl";
        violations.when(
                source.key() != null && !TaskKeys.areInputs(source.key(), config),
                KEY,
                form,
                source.key(),
                "must be %s, and the name one that a task file may have".formatted(form));
        violations.raise();
        try {
            return Bucket.parse(source.bucket());
        } catch (IllegalArgumentException e) {
            throw invalid(BUCKET, "a bucket", source.bucket(), "is no bucket's name: " + e.getMessage());
        }
    }

    /// What is wrong in the object is wrong with the request that names it.
    private int count(ObjectStore store, StoredObject object) {
        try {
            return file.count(InputFile.of(store, object, false));
        } catch (RequestException e) {
            e.unless(RequestException.Kind.INVALID);
            var where = KEY + ", in " + object.key() + ": ";
            throw RequestException.invalid(e.problem().errors().stream()
                    .map(wrong -> new Violation(KEY, wrong.limit(), wrong.value(), where + wrong.message()))
                    .toList());
        }
    }

    /// The object of a job that is worked on.
    ///
    /// @throws RequestException if it is not there any more as it was, or the bucket is none of this instance's
    InputFile open(Pinned pinned) {
        var store = buckets.find(Bucket.parse(pinned.bucket()))
                .orElseThrow(() -> RequestException.redeliver("the job's bucket is none of " + BUCKETS));
        return store.find(pinned.key())
                .filter(object -> object.version().equals(pinned.version()))
                .map(object -> InputFile.of(store, object, false))
                .orElseThrow(() -> invalid(KEY, null, pinned.key(), "was replaced or deleted before the job was done"));
    }

    private static RequestException invalid(String field, Object limit, Object value, String message) {
        return RequestException.invalid(new Violation(field, limit, value, field + " " + message));
    }
}
