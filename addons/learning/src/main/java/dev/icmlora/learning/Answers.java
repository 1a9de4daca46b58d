package dev.icmlora.learning;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
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
    /// Kept replies of a tenant after which the oldest ones make room.
    static final int TIDIES = 32;
    private static final int AFTER_THE_ENGINE = Integer.MAX_VALUE;
    /// Between two times at which all tenants' are looked through.
    private static final Duration PAUSE = Duration.ofDays(1);

    private final LearningStore store;
    private final boolean keepsInputs;
    private final Event<Due> due;
    private final Map<Tenant, Integer> kept = new ConcurrentHashMap<>();
    private final Thread tidying = Thread.ofVirtual().name("tidying").unstarted(this::tidy);

    Answers(LearningStore store, FunctionConfig config, Event<Due> due) {
        this.store = store;
        this.due = due;
        this.keepsInputs = config.feedback() == Kept.INPUTS;
    }

    void start(@Observes @Priority(AFTER_THE_ENGINE) StartupEvent event) {
        tidying.start();
    }

    void stop(@Observes ShutdownEvent event) {
        tidying.interrupt();
    }

    /// Also where no inputs are kept by now, and of functions that are not asked any more.
    private void tidy() {
        try {
            while (true) {
                try {
                    store.tidy();
                } catch (StorageException e) {
                    LOG.infof("Feedback and kept answers are not tidied now: %s", e.getMessage());
                }
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            LOG.debug("nothing is tidied any more");
        }
    }

    /// Where the store fails, the answers go out without ids.
    @Override
    public List<String> answered(Tenant tenant, FunctionName function, List<Answered> answers) {
        var stamp = Stamp.now();
        var version = function.version().orElseThrow();
        try {
            var key = store.key();
            if (keepsInputs) {
                store.keep(tenant, function.name(), stamp, new KeptAnswers(version, answers));
                if (kept.merge(tenant, 1, Integer::sum) % TIDIES == 1) {
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
