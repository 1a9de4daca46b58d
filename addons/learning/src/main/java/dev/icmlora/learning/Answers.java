package dev.icmlora.learning;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import jakarta.enterprise.event.Event;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.FunctionConfig.Kept;
import dev.icmlora.function.service.FunctionObserver;
import dev.icmlora.function.storage.StorageException;
import dev.icmlora.learning.Teacher.Due;

/// Gives the answers of functions their ids, and keeps inputs and outputs where the function is set up so.
@Singleton
public final class Answers implements FunctionObserver {

    private static final Logger LOG = Logger.getLogger(Answers.class);
    /// Kept replies after which the oldest ones make room.
    private static final int TIDIES = 32;

    private final LearningStore store;
    private final boolean keepsInputs;
    private final Event<Due> due;
    private final AtomicInteger kept = new AtomicInteger();

    Answers(LearningStore store, FunctionConfig config, Event<Due> due) {
        this.store = store;
        this.due = due;
        this.keepsInputs = config.feedback() == Kept.INPUTS;
    }

    /// What cannot be kept or signed is answered all the same.
    @Override
    public List<String> answered(Tenant tenant, FunctionName function, List<Answered> answers) {
        var stamp = Stamp.now();
        var version = function.version().orElseThrow();
        try {
            var key = store.key();
            if (keepsInputs) {
                store.keep(tenant, function.name(), stamp, new KeptAnswers(version, answers));
                if (kept.incrementAndGet() % TIDIES == 0) {
                    store.makeRoom(tenant);
                }
                due.fire(new Due(tenant, function.name()));
            }
            return IntStream.range(0, answers.size())
                    .mapToObj(i -> new AnswerId(
                            function.name(), version, Hash.of(answers.get(i).input()), stamp, i))
                    .map(id -> id.signed(key, tenant))
                    .toList();
        } catch (StorageException e) {
            LOG.warnf("Answers have no ids: %s", e.getMessage());
            return null;
        }
    }

    @Override
    public void deleted(Tenant tenant, String name) {
        store.deleteAll(tenant, name);
    }
}
