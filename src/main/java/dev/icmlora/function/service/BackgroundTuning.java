package dev.icmlora.function.service;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.opentelemetry.context.Context;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.function.access.TokenAccount;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.admission.EngineHost;

/// Tunes for later requests, with no request that waits for it. A task that finds no room is tuned when it is asked
/// for again. Thread-safe.
@Singleton
final class BackgroundTuning {

    private static final Logger LOG = Logger.getLogger(BackgroundTuning.class);
    /// Time limit of a background tuning. Half of it is for the steps.
    static final Duration LIMIT = Duration.ofMinutes(10);

    private final AdapterSource adapters;
    private final EngineHost engineHost;
    private final Set<AdapterKey> waiting = ConcurrentHashMap.newKeySet();

    BackgroundTuning(AdapterSource adapters, EngineHost engineHost) {
        this.adapters = adapters;
        this.engineHost = engineHost;
    }

    /// Does nothing where this key waits already, or too many do.
    ///
    /// @param account that pays for it
    /// @return whether it waits
    boolean later(AdapterKey key, TokenAccount account) {
        if (waiting.contains(key)) {
            return true;
        }
        if (!adapters.hasRoomToTune(account.payer())) {
            return false;
        }
        if (waiting.add(key)) {
            var tuning = Context.current().wrap(() -> tune(key, account));
            Thread.ofVirtual().name("background tuning").start(tuning);
        }
        return true;
    }

    private void tune(AdapterKey key, TokenAccount account) {
        try {
            engineHost.submitLong(account, LIMIT, turn -> adapters.of(key, turn));
        } catch (RuntimeException e) {
            LOG.infof("A task was not tuned in the background: %s", e.getMessage());
        } finally {
            waiting.remove(key);
        }
    }
}
