package dev.icmlora.function.service;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.function.access.TokenAccount;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.admission.EngineHost;

/// Tunes for later requests, while nobody waits for it. A task that finds no room is tuned when it is asked for again.
/// Thread-safe.
@Singleton
final class BackgroundTuning {

    private static final Logger LOG = Logger.getLogger(BackgroundTuning.class);
    private static final int MOST = 16;
    /// For so long nobody minds. Half of it is for the steps.
    static final Duration LIMIT = Duration.ofMinutes(10);

    private final AdapterSource adapters;
    private final EngineHost engineHost;
    private final Set<AdapterKey> waiting = ConcurrentHashMap.newKeySet();

    BackgroundTuning(AdapterSource adapters, EngineHost engineHost) {
        this.adapters = adapters;
        this.engineHost = engineHost;
    }

    /// Does nothing where this key is tuned already, or too many wait.
    ///
    /// @param account that pays for it
    void later(AdapterKey key, TokenAccount account) {
        if (waiting.size() >= MOST || !waiting.add(key)) {
            return;
        }
        engineHost
                .submitLong(key, LIMIT, session -> adapters.of(key, session))
                .subscribe()
                .with(
                        supplied -> {
                            waiting.remove(key);
                            account.take((long) supplied.fingerprintTokens() + supplied.tuningTokens());
                        },
                        failure -> {
                            waiting.remove(key);
                            LOG.infof("A task was not tuned in the background: %s", failure.getMessage());
                        });
    }
}
