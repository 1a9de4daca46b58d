package dev.icmlora.function.events;

import dev.icmlora.function.access.Tenant;

/// Where a job's objects are: `jobs/<tenant>/<id>/…`, and `open-jobs/<tenant>/<id>` as long as something is to be done
/// for it.
///
/// @param tenant that has it
/// @param id 32 hex digits that nobody can guess
record JobPlace(Tenant tenant, String id) {

    /// What is to be done, of all tenants.
    static final String OPEN = "open-jobs/";

    private static final String ALL = "jobs/";
    /// Where everybody shares them; no tenant's id.
    private static final String SHARED = "shared";

    /// @param key of an object below [#OPEN]
    static JobPlace ofOpen(String key) {
        var parts = key.substring(OPEN.length()).split("/", 2);
        return new JobPlace(parts[0].equals(SHARED) ? Tenant.SHARED : new Tenant(parts[0]), parts[1]);
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

    /// How the job ended. Whoever creates it decides.
    String end() {
        return folder() + "end.json";
    }
}
