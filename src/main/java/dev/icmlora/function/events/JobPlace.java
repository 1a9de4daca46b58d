package dev.icmlora.function.events;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.JobStatus;

/// Where a job's objects are: `jobs/<tenant>/<id>/…`. As long as something is to be done for it, one of its tenant's
/// slots, `open-jobs/<tenant>/<number>`, has its id.
///
/// @param tenant that has it
/// @param id 32 hex digits that cannot be guessed. The time comes first, so ids are in the order of the jobs
record JobPlace(Tenant tenant, String id) {

    /// The slots of all tenants.
    static final String SLOTS = "open-jobs/";

    private static final int DIGITS_OF_TIME = 12;
    private static final String ALL = "jobs/";
    /// Where all callers share them; no tenant's id.
    private static final String SHARED = "shared";

    /// Of a new job.
    static JobPlace next(Tenant tenant) {
        var time = ("%0" + DIGITS_OF_TIME + "x").formatted(System.currentTimeMillis());
        var chance = UUID.randomUUID().toString().replace("-", "");
        return new JobPlace(tenant, time + chance.substring(DIGITS_OF_TIME));
    }

    /// The job whose state has this key; empty where that is no state.
    ///
    /// @param key of an object below [#all]
    static Optional<JobPlace> ofState(Tenant tenant, String key) {
        var id = key.substring(all(tenant).length()).split("/", 2)[0];
        return Optional.of(new JobPlace(tenant, id))
                .filter(job -> job.hasId() && job.keys().state().equals(key));
    }

    /// The tenant that has a slot.
    static Tenant tenantOf(String slot) {
        var name = slot.substring(SLOTS.length()).split("/", 2)[0];
        return name.equals(SHARED) ? Tenant.SHARED : new Tenant(name);
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

    /// Prefix of a tenant's slots.
    static String slots(Tenant tenant) {
        return SLOTS + folder(tenant);
    }

    String folder() {
        return all(tenant) + id + "/";
    }

    TaskKeys keys() {
        return TaskKeys.ofJob(folder());
    }
}
