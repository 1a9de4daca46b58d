package dev.icmlora.function.adapters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.FolderFiles.AdapterCard;
import dev.icmlora.function.adapters.FolderFiles.FolderName;
import dev.icmlora.function.adapters.FolderFiles.FolderName.Kind;
import dev.icmlora.function.adapters.KnownAdapter.OwnedId;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.config.EngineConfig;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.StartupException;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.StorageUnavailableException;
import dev.icmlora.generator.adapter.InvalidAdapterException;

/// Adapters in a folder, so that they outlive the process, within a limit. Without a configured folder it is empty and
/// keeps nothing. Thread-safe; several processes may share a folder.
///
/// An adapter is two files: its weights, and a card that says what it was made from. Weights are used only if their
/// hash is the name of the file.
@Singleton
final class AdapterFolder {

    private static final Logger LOG = Logger.getLogger(AdapterFolder.class);
    /// Who observes without a priority comes later.
    private static final int BEFORE_THE_ENGINE = 1000;
    private static final String DAMAGED = "%s is damaged, or was made for another resident adapter, and is passed over";
    /// Cards that are read at the same time.
    private static final int READERS = 16;
    /// Generated adapters that wait to be written; more than these are made again after a restart.
    private static final int WAITING = 64;

    private final EngineHost engineHost;
    private final Optional<FolderFiles> files;
    /// Fingerprint of what adapters are made by.
    private final CompletableFuture<String> generator = new CompletableFuture<>();
    /// Done when every card that was there is known.
    private CompletableFuture<Void> cards = CompletableFuture.completedFuture(null);
    /// What is still to be written.
    private final Set<OwnedId> waiting = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor writer =
            new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING));

    AdapterFolder(FunctionConfig config, EngineHost engineHost, ObjectMapper json) {
        this.engineHost = engineHost;
        var limit = config.adapters().dirBytes().asLongValue();
        this.files = config.adapters().dir().map(folder -> new FolderFiles(folder, limit, json));
    }

    /// Begins to learn what is there, while the engine is loaded: a folder may be a bucket with many files, each of
    /// which is a request. The weights are read when they are asked for.
    ///
    /// @throws StartupException if the folder cannot be used
    void start(@Observes @Priority(BEFORE_THE_ENGINE) StartupEvent event, FunctionConfig config) {
        files.ifPresent(there -> {
            try {
                var names = there.prepare();
                generator.completeAsync(EngineConfig.files(config)::generatorFingerprint);
                cards = generator.thenAcceptAsync(current -> read(there, names, current), Thread::startVirtualThread);
            } catch (IOException | UncheckedIOException e) {
                throw new StartupException("icm-lora.adapters.dir (ICM_LORA_ADAPTERS_DIR), %s, cannot be used: %s"
                        .formatted(config.adapters().dir().orElseThrow(), e.getMessage()));
            }
        });
    }

    private static void read(FolderFiles there, List<FolderName> names, String generator) {
        try (var readers = Executors.newFixedThreadPool(
                READERS, Thread.ofPlatform().daemon().factory())) {
            var weights = names.stream().filter(name -> !name.isCard()).collect(Collectors.toSet());
            names.stream()
                    // A process may have ended before it wrote the weights.
                    .filter(name -> name.isCard() && weights.contains(FolderName.weights(name.id(), name.kind())))
                    .forEach(name -> readers.execute(() -> there.card(name)
                            .ifPresent(card -> there.remember(name.id(), card.key(name.id(), generator)))));
        }
    }

    /// Writes what waits, and then nothing more.
    void stop(@Observes ShutdownEvent event) {
        writer.close();
    }

    /// The ids of all adapters of a tenant that are kept, as far as this process knows them. Waits until it does.
    Set<String> ids(Tenant tenant) {
        cards.join();
        return files.map(there -> there.ids(tenant)).orElseGet(Set::of);
    }

    /// The id of the adapter that this generator made for a key. Waits, if need be, until every card is read.
    Optional<OwnedId> id(AdapterKey key) {
        var digest = key.digest();
        return files.flatMap(there -> there.id(digest).or(() -> {
            cards.join();
            return there.id(digest);
        }));
    }

    /// The adapter of an id. One that another process put here is found too.
    Optional<KnownAdapter> find(OwnedId id) {
        return files.flatMap(there -> {
            var found = Stream.of(Kind.values())
                    .flatMap(kind -> there
                            .card(FolderName.card(id, kind))
                            .flatMap(card -> read(there, id, card, there.path(FolderName.weights(id, kind))))
                            .stream())
                    .findFirst();
            if (found.isEmpty()) {
                there.forget(id);
            }
            return found;
        });
    }

    private Optional<KnownAdapter> read(FolderFiles there, OwnedId id, AdapterCard card, Path weights) {
        try {
            var adapter = engineHost.engine().adapterShape().read(Files.readAllBytes(weights));
            if (adapter.id().equals(id.id())) {
                FolderFiles.touch(weights);
                var key = card.key(id, generator.join());
                there.remember(id, key);
                return Optional.of(new KnownAdapter(key, adapter, Optional.ofNullable(card.tuning())));
            }
            LOG.warnf(DAMAGED, weights);
        } catch (InvalidAdapterException e) {
            LOG.warnf(DAMAGED, weights);
        } catch (NoSuchFileException e) {
            // Another process took it away, or has not written it yet.
            LOG.debugf("%s is gone", weights);
        } catch (IOException e) {
            LOG.warnf("%s cannot be read: %s", weights, e);
        }
        return Optional.empty();
    }

    /// Keeps a generated adapter, in a while, if not too many wait.
    void keepSoon(KnownAdapter known) {
        if (files.isEmpty() || isKept(known.ownedId()) || !waiting.add(known.ownedId())) {
            return;
        }
        try {
            writer.execute(() -> writeWaiting(known));
        } catch (RejectedExecutionException e) {
            waiting.remove(known.ownedId());
            LOG.debug("An adapter is not kept: too many wait");
        }
    }

    private synchronized void writeWaiting(KnownAdapter known) {
        // Unless it was deleted meanwhile.
        if (waiting.remove(known.ownedId())) {
            try {
                write(known, Kind.GENERATED);
            } catch (IOException | RequestException e) {
                LOG.warnf("An adapter is not kept: %s", e.getMessage());
            }
        }
    }

    private void write(KnownAdapter known, Kind kind) throws IOException {
        files.orElseThrow().write(known, kind, generator.join());
    }

    /// Whether the adapter's weights are there, and known to be.
    boolean isKept(OwnedId id) {
        return files.filter(there -> there.isKept(id)).isPresent();
    }

    /// Takes an adapter away. Other processes no longer read it; what they have in memory is theirs.
    ///
    /// @return whether it was there
    /// @throws StorageUnavailableException if the folder cannot be written
    synchronized boolean delete(OwnedId id) {
        try {
            return files.isPresent() && (waiting.remove(id) | files.get().delete(id));
        } catch (IOException e) {
            throw new StorageUnavailableException("an adapter cannot be deleted: " + e, e);
        }
    }

    /// Keeps an adapter that a client brought or mixed: it is there when this returns.
    ///
    /// @throws RequestException if there is no room for it
    synchronized void keep(KnownAdapter known) {
        try {
            if (files.isPresent()) {
                // What waits would be written beside it as a generated one.
                waiting.remove(known.ownedId());
                write(known, Kind.GIVEN);
            }
        } catch (IOException e) {
            LOG.errorf("An adapter cannot be kept: %s", e.getMessage());
            throw RequestException.Kind.NO_ROOM_FOR_ADAPTER.because(
                    "The folder for adapters cannot be written: " + reason(e));
        }
    }

    /// Without the name of the file, which no client needs to know.
    private static String reason(IOException e) {
        return e instanceof FileSystemException failed && failed.getReason() != null
                ? failed.getReason()
                : e.getClass() == IOException.class
                        ? e.getMessage()
                        : e.getClass().getSimpleName();
    }
}
