package dev.icmlora.function.events;

import java.util.Optional;

import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.access.TokenAccount;

/// On whose behalf a task is worked on, and until when.
///
/// @param tenant whose adapters and functions may answer
/// @param account that pays for it
/// @param lease the right to work on it
/// @param deadline of this piece of work
/// @param end fails when nobody wants the rest any more
/// @param inputs where they lie, if neither in the task file nor beside it
record Work(Tenant tenant, TokenAccount account, Lease lease, Deadline deadline, Runnable end, Optional<Lines> inputs) {

    /// Task files belong to nobody and cost nobody tokens.
    static Work ofTaskFile(Lease lease, Deadline deadline) {
        return new Work(Tenant.SHARED, TokenAccount.unlimited(""), lease, deadline, () -> {}, Optional.empty());
    }

    Caller caller() {
        return Caller.inBackground(tenant, account);
    }

    /// Asked before anything is stored.
    ///
    /// @throws dev.icmlora.function.error.RequestException if the lease was lost
    void check() {
        lease.check();
        end.run();
    }
}
