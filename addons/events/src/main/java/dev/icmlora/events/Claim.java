package dev.icmlora.events;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import org.jboss.logging.Logger;

import dev.icmlora.events.JobStatus.State;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.StorageException;

/// The right to work on a task file: its holder keeps rewriting the state.
///
/// No clock of another machine is trusted. An instance that finds a holder watches the state for the length of a
/// lease, by its own clock; if the state does not change, the holder is gone. A holder that was only slow fails at
/// its next write of the state, and what both may have written by then is the same or conditional.
final class Claim implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Claim.class);
    private static final int SIGNS_PER_LEASE = 4;

    private final StateObject object;
    private final Duration lease;
    private final String holder = UUID.randomUUID().toString();
    private final boolean first;
    private final Thread renewal;
    private TaskState last;
    private long lastSign = System.nanoTime();
    private boolean held = true;
    private boolean stopping;
    /// The thread that computes what may be given up; null for none.
    private Thread computing;

    private Claim(StateObject object, Optional<TaskState> before, TaskState state, Duration lease) {
        this.object = object;
        this.lease = lease;
        this.first = before.map(found -> found.sign() == 0).orElse(true);
        this.last = object.write(
                state.heldBy(holder).at(before.map(TaskState::revision).orElse(null)));
        this.renewal = Thread.ofVirtual().name("claim " + object.key()).unstarted(this::renew);
    }

    /// Takes what no other instance works on: at once, or when its holder gave no sign for a lease.
    ///
    /// @param found its state; empty for none
    /// @param next the state to go on from, given the one that is there then; empty if nothing is left to do
    /// @return empty if nothing is left to do
    /// @throws RequestException if another instance works on it
    static Optional<Claim> take(
            StateObject object,
            Optional<TaskState> found,
            Function<Optional<TaskState>, Optional<TaskState>> next,
            Duration lease) {
        var free = awaitFree(object, found, lease);
        try {
            var claim = next.apply(free).map(state -> new Claim(object, free, state, lease));
            claim.ifPresent(taken -> taken.renewal.start());
            return claim;
        } catch (ConditionFailedException e) {
            throw RequestException.redeliver("another delivery works on it");
        }
    }

    private static Optional<TaskState> awaitFree(StateObject object, Optional<TaskState> found, Duration lease) {
        var end = System.nanoTime() + lease.toNanos();
        var now = found;
        while (isHeld(now) && System.nanoTime() - end < 0) {
            sleep(lease.dividedBy(SIGNS_PER_LEASE));
            if (Thread.currentThread().isInterrupted()) {
                // No sleep would last any more: the store would be asked without a pause.
                throw RequestException.redeliver("interrupted");
            }
            now = object.read();
            if (isHeld(now) && !now.get().revision().equals(found.get().revision())) {
                throw RequestException.redeliver("another delivery works on it");
            }
        }
        return now;
    }

    private static boolean isHeld(Optional<TaskState> found) {
        return found.filter(state -> state.holder() != null).isPresent();
    }

    /// Whether it is the first one, so that nothing can be in the store but the task file.
    boolean isFirst() {
        return first;
    }

    synchronized TaskState state() {
        return last;
    }

    private void renew() {
        while (true) {
            sleep(lease.dividedBy(SIGNS_PER_LEASE));
            synchronized (this) {
                if (!held) {
                    return;
                }
                try {
                    write(last.heldBy(holder));
                } catch (ConditionFailedException e) {
                    LOG.debugf("%s was changed", object.key());
                } catch (StorageException e) {
                    held = System.nanoTime() - lastSign < lease.toNanos();
                }
                if (!held || isCancelled()) {
                    giveUp();
                }
            }
        }
    }

    /// Computes what takes long and writes nothing, and gives it up once the claim is lost, the job cancelled, or the
    /// function asked to stop.
    ///
    /// @throws RequestException if nothing needs it any more
    void compute(Runnable work) {
        synchronized (this) {
            check();
            if (stopping) {
                throw RequestException.redeliver("the function stops");
            }
            computing = Thread.currentThread();
        }
        try {
            work.run();
        } catch (RuntimeException e) {
            check();
            throw e;
        } finally {
            synchronized (this) {
                if (computing == null) {
                    // It may have come too late: what follows is not to be interrupted.
                    Thread.interrupted();
                }
                computing = null;
            }
        }
    }

    private void giveUp() {
        if (computing != null) {
            computing.interrupt();
            computing = null;
        }
    }

    /// Gives up what is computed, and computes nothing more.
    synchronized void stop() {
        stopping = true;
        giveUp();
    }

    /// Gives up what is computed if the claim was lost or the job cancelled: sooner than the next sign would tell.
    synchronized void look() {
        try {
            verify();
        } catch (RequestException e) {
            giveUp();
        } catch (StorageException e) {
            LOG.debugf(e, "%s is looked at with its next sign", object.key());
        }
    }

    private void write(TaskState state) {
        try {
            last = object.write(state);
            lastSign = System.nanoTime();
        } catch (ConditionFailedException e) {
            refresh();
            throw e;
        }
    }

    /// Another one may have changed the state, which is how a job is cancelled, and left it to this holder.
    private void refresh() {
        var now = object.read().filter(state -> holder.equals(state.holder()));
        held = now.isPresent();
        last = now.orElse(last);
    }

    /// Whether the job was cancelled, which is this holder's to clear away.
    synchronized boolean isCancelled() {
        return held && last.state() == State.CANCELLED;
    }

    /// @throws RequestException if it was lost, or the job was cancelled
    synchronized void check() {
        if (!held) {
            throw RequestException.redeliver("the claim was lost, to another delivery or to a storage fault");
        }
        if (isCancelled()) {
            throw RequestException.redeliver("the job was cancelled");
        }
    }

    /// The same, and looks into the store.
    synchronized void verify() {
        var now = object.store().find(object.key());
        if (now.filter(there -> there.version().equals(last.revision())).isEmpty()) {
            refresh();
        }
        check();
    }

    void update(UnaryOperator<TaskState> change) {
        update(change, holder);
    }

    private synchronized void update(UnaryOperator<TaskState> change, String next) {
        check();
        try {
            write(change.apply(last).heldBy(next));
        } catch (ConditionFailedException e) {
            check();
            throw RequestException.redeliver("the state was changed meanwhile");
        }
    }

    /// Changes the state for the last time, and gives it back.
    synchronized void end(UnaryOperator<TaskState> change) {
        update(change, null);
        held = false;
        renewal.interrupt();
    }

    /// Gives it back, whatever the state is.
    synchronized void release(UnaryOperator<TaskState> change) {
        renewal.interrupt();
        if (held) {
            held = false;
            last = object.write(change.apply(last).heldBy(null));
        }
    }

    /// Gives it back as it is, or lets it run out.
    @Override
    public void close() {
        try {
            release(state -> state);
        } catch (StorageException e) {
            LOG.debugf(e, "%s runs out by itself", object.key());
        }
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
