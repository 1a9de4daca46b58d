package dev.icmlora.function.events;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.JobStatus;

/// Where a job's objects are: `jobs/<tenant>/<id>/…`, and `open-jobs/<tenant>/<id>` as long as something is to be done
/// for it.
///
/// @param tenant that has it
/// @param id 32 hex digits that nobody can guess. The time comes first, so ids are in the order of the jobs
record JobPlace(Tenant tenant, String id) {

    /// What is to be done, of all tenants.
    static final String OPEN = "open-jobs/";

    private static final int DIGITS_OF_TIME = 12;
    private static final String ALL = "jobs/";
    /// Where everybody shares them; no tenant's id.
    private static final String SHARED = "shared";

    /// Of a new job.
    static JobPlace next(Tenant tenant) {
        var time = ("%0" + DIGITS_OF_TIME + "x").formatted(System.currentTimeMillis());
        var chance = UUID.randomUUID().toString().replace("-", "");
        return new JobPlace(tenant, time + chance.substring(DIGITS_OF_TIME));
    }

    /// The job whose task has this key; empty where that is no task.
    ///
    /// @param key of an object below [#all]
    static Optional<JobPlace> ofTask(Tenant tenant, String key) {
        var id = key.substring(all(tenant).length()).split("/", 2)[0];
        return Optional.of(new JobPlace(tenant, id))
                .filter(job -> job.hasId() && job.keys().task().equals(key));
    }

    /// @param key of an object below [#OPEN]
    static JobPlace ofOpen(String key) {
        var parts = key.substring(OPEN.length()).split("/", 2);
        return new JobPlace(parts[0].equals(SHARED) ? Tenant.SHARED : new Tenant(parts[0]), parts[1]);
    }

    /// When the job was taken, by the clock of the instance that did.
    Instant taken() {
        return Instant.ofEpochMilli(Long.parseLong(id.substring(0, DIGITS_OF_TIME), 16));
    }

    /// Whether its id looks like one.
    boolean hasId() {
        return id.matches(JobStatus.ID);
    }

    private static String folder(Tenant tenant) {
        return (tenant.equals(Tenant.SHARED) ? SHARED : tenant.id()) + "/";
    }

    /// Prefix of a tenant's jobs.
    static String all(Tenant tenant) {
        return ALL + folder(tenant);
    }

    /// Prefix of a tenant's jobs that something is to be done for.
    static String open(Tenant tenant) {
        return OPEN + folder(tenant);
    }

    /// Says that something is to be done, and who pays for it.
    String open() {
        return open(tenant) + id;
    }

    String folder() {
        return all(tenant) + id + "/";
    }

    TaskKeys keys() {
        return TaskKeys.ofJob(folder());
    }

    /// Says where the inputs are, if they are not in the task.
    String source() {
        return folder() + "source.json";
    }

    /// How the job ended. Whoever creates it decides.
    String end() {
        return folder() + "end.json";
    }
}
