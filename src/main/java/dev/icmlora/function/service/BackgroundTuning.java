package dev.icmlora.function.service;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.opentelemetry.context.Context;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.function.access.CallerShare;
import dev.icmlora.function.access.TokenAccount;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.admission.CallerPlaces;
import dev.icmlora.function.admission.CallerPlaces.Place;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.error.RequestException;

/// Tunes for later requests, with no request that waits for it. A task that finds no room is tuned when it is asked
/// for again. Thread-safe.
@Singleton
final class BackgroundTuning {

    private static final Logger LOG = Logger.getLogger(BackgroundTuning.class);
    private static final int MOST = 16;
    /// Time limit of a background tuning. Half of it is for the steps.
    static final Duration LIMIT = Duration.ofMinutes(10);

    private final AdapterSource adapters;
    private final EngineHost engineHost;
    private final Set<AdapterKey> waiting = ConcurrentHashMap.newKeySet();
    private final CallerPlaces places;

    BackgroundTuning(AdapterSource adapters, EngineHost engineHost, CallerShare share) {
        this.adapters = adapters;
        this.engineHost = engineHost;
        this.places = new CallerPlaces(MOST, share::of, "tasks are being tuned");
    }

    /// Does nothing where this key waits already, or too many do.
    ///
    /// @param account that pays for it
    /// @return whether it waits
    boolean later(AdapterKey key, TokenAccount account) {
        if (!waiting.add(key)) {
            return true;
        }
        Place place;
        try {
            place = places.enter(account.payer());
        } catch (RequestException e) {
            waiting.remove(key);
            return false;
        }
        var tuning = Context.current().wrap(() -> tune(key, account, place));
        Thread.ofVirtual().name("background tuning").start(tuning);
        return true;
    }

    private void tune(AdapterKey key, TokenAccount account, Place place) {
        try {
            engineHost.submitLong(account, LIMIT, turn -> adapters.of(key, turn));
        } catch (RuntimeException e) {
            LOG.infof("A task was not tuned in the background: %s", e.getMessage());
        } finally {
            waiting.remove(key);
            place.close();
        }
    }
}
