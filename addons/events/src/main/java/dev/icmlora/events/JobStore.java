package dev.icmlora.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.ObjectStore.StoredObject;
import dev.icmlora.function.storage.StorageException;
import dev.icmlora.function.storage.StorageUnavailableException;

/// Jobs in a bucket: `jobs/<tenant>/<id>/…`. What is known of one is there, so any instance can tell how far it is.
/// While something is to be done for a job, one of its tenant's slots, `open-jobs/<tenant>/<number>`, has its id.
record JobStore(ObjectStore store, ObjectMapper json) {

    /// Prefix of the slots of all tenants.
    static final String SLOTS = "open-jobs/";

    /// Jobs of a tenant that are open at the same time: so many slots it has.
    private static final int MOST_OPEN = 16;

    /// Names a job.
    ///
    /// @param id 32 hex digits that cannot be guessed. The time comes first, so ids are in the order of the jobs
    record JobId(Tenant tenant, String id) {

        private static final int DIGITS_OF_TIME = 12;

        static JobId next(Tenant tenant) {
            var time = ("%0" + DIGITS_OF_TIME + "x").formatted(System.currentTimeMillis());
            var chance = UUID.randomUUID().toString().replace("-", "");
            return new JobId(tenant, time + chance.substring(DIGITS_OF_TIME));
        }

        /// When the job was taken, by the clock of the instance that did.
        Instant taken() {
            return Instant.ofEpochMilli(Long.parseLong(id.substring(0, DIGITS_OF_TIME), 16));
        }

        boolean isValid() {
            return id.matches(JobStatus.ID);
        }

        private String folder() {
            return all(tenant) + id + "/";
        }

        TaskKeys keys() {
            return TaskKeys.ofJob(folder());
        }
    }

    private static String all(Tenant tenant) {
        return "jobs/" + tenant.folder() + "/";
    }

    private static String slots(Tenant tenant) {
        return SLOTS + tenant.folder() + "/";
    }

    /// The tenant that has a slot.
    static Tenant tenantOf(StoredObject slot) {
        return Tenant.ofFolder(slot.key().split("/")[1]);
    }

    /// Takes a slot for a new job. A slot is an object that names a job, or is empty; it is only ever written on the
    /// condition that it did not change, so there are never more open jobs than slots.
    ///
    /// @throws RequestException if there is none
    StoredObject takeSlot(JobId job) {
        var prefix = slots(job.tenant);
        var slots = store.list(prefix).stream().collect(Collectors.toMap(StoredObject::key, Function.identity()));
        for (var number = 0; number < MOST_OPEN; number++) {
            var key = prefix + "%02d".formatted(number);
            var slot = Optional.ofNullable(slots.get(key));
            if (slot.filter(JobStore::isTaken).isEmpty()) {
                try {
                    return writeSlot(key, job.id, slot);
                } catch (ConditionFailedException e) {
                    // Another request was quicker.
                }
            }
        }
        throw RequestException.limitReached(MOST_OPEN + " jobs are open already");
    }

    private StoredObject writeSlot(String key, String id, Optional<StoredObject> before) {
        var content = Content.of(id.getBytes(UTF_8));
        var condition = Condition.unchanged(before.map(StoredObject::version));
        return new StoredObject(key, store.write(key, content, Map.of(), condition), content.bytes(), Map.of());
    }

    private static boolean isTaken(StoredObject slot) {
        return slot.bytes() > 0;
    }

    /// Nothing is left to do for the job that a slot names. Does nothing if it names another one by now.
    void freeSlot(StoredObject slot) {
        try {
            writeSlot(slot.key(), "", Optional.of(slot));
        } catch (ConditionFailedException e) {
            // It is free.
        }
    }

    /// The slots of jobs that something is to be done for.
    List<StoredObject> takenSlots(String prefix) {
        return store.list(prefix).stream().filter(JobStore::isTaken).toList();
    }

    /// The job that a slot names; empty if it was freed meanwhile.
    Optional<JobId> job(StoredObject slot) {
        return store.content(slot)
                .map(id -> new JobId(tenantOf(slot), new String(id, UTF_8)))
                .filter(JobId::isValid);
    }

    /// Takes a slot for a new job, and writes it. If it cannot be written, nothing of it stays, as far as the store
    /// lets; what looks for open jobs takes the rest away.
    ///
    /// @param source tells what it is about, once there is a slot
    /// @throws RequestException if there is none
    TaskState.Job add(JobId job, GenerateRequest request, Supplier<TaskState.Job> source) {
        var slot = takeSlot(job);
        try {
            var about = source.get();
            var task = json.<ObjectNode>valueToTree(request);
            if (about.source() != null) {
                task.remove("inputs");
            }
            var content = Content.of(json.writer(), task);
            var version = store.write(job.keys().task(), content, Map.of(), new Condition.IfAbsent());
            // Last: what has a state is a job.
            state(job).write(TaskState.of(version, about));
            return about;
        } catch (RuntimeException e) {
            abandon(job, slot, e);
            throw e;
        }
    }

    private void abandon(JobId job, StoredObject slot, RuntimeException reason) {
        try {
            // It has a state where only the store's answer was lost.
            if (find(job).isEmpty()) {
                deleteObjects(job);
                freeSlot(slot);
            }
        } catch (StorageException e) {
            reason.addSuppressed(e);
        }
    }

    StateObject state(JobId job) {
        return new StateObject(store, job.keys().state(), json);
    }

    /// How far a job is; empty if there is none. Without a [TaskState#job], it cannot be read: the job is not to be
    /// taken for none.
    Optional<TaskState> find(JobId job) {
        return state(job).read();
    }

    /// What a tenant has of jobs.
    ///
    /// @param jobs open ones and ended ones
    /// @param bytes of them, with their results
    record Kept(long jobs, long bytes) {}

    Kept kept(Tenant tenant) {
        var objects = store.list(all(tenant));
        return new Kept(
                objects.stream().filter(JobStore::isState).count(),
                objects.stream().mapToLong(StoredObject::bytes).sum());
    }

    private static boolean isState(StoredObject object) {
        return object.key().endsWith("/state.json");
    }

    /// The newest jobs of a tenant.
    ///
    /// @param most that are listed
    JobList newest(Tenant tenant, int most) {
        var jobs = store.list(all(tenant)).stream()
                .filter(JobStore::isState)
                .map(state -> new JobId(tenant, state.key().split("/")[2]))
                .filter(JobId::isValid)
                .sorted(Comparator.comparing(JobId::id).reversed())
                .toList();
        var listed = jobs.stream()
                .limit(most)
                // None if it was deleted meanwhile.
                .flatMap(job -> find(job).stream()
                        .filter(found -> found.job() != null)
                        .map(found -> new JobList.Entry(job.id, found.state())))
                .toList();
        return new JobList(listed, jobs.size());
    }

    /// An object of a job that has it.
    Content content(String key) {
        return store.find(key)
                .map(object -> Content.of(store, List.of(object)))
                .orElseThrow(() -> new StorageUnavailableException(key + " is gone", null));
    }

    /// The same as JSON.
    ObjectNode json(String key) {
        try {
            return json.readValue(content(key).whole(), ObjectNode.class);
        } catch (IOException e) {
            throw new StorageUnavailableException(key + " is damaged: " + e, e);
        }
    }

    /// Forgets a job that no instance works on, with all that belongs to it.
    void delete(JobId job) {
        takenSlots(slots(job.tenant)).stream()
                .filter(slot -> job(slot).filter(job::equals).isPresent())
                .forEach(this::freeSlot);
        deleteObjects(job);
    }

    /// Deletes all objects of a job that no instance works on, but its slot. Its state goes last: until then there is a
    /// job that has ended, and a client that was cut off can delete it again.
    void deleteObjects(JobId job) {
        store.list(job.folder()).stream()
                .map(StoredObject::key)
                .filter(key -> !key.equals(job.keys().state()))
                .forEach(store::delete);
        store.delete(job.keys().state());
    }
}
