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
import java.util.concurrent.Executors;
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
import dev.icmlora.function.adapters.FolderName.Kind;
import dev.icmlora.function.config.EngineConfig;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.StartupException;
import dev.icmlora.function.error.RequestException;

/// Adapters in a folder, so that they outlive the process, within a limit. Without a configured folder it is empty and
/// keeps nothing. Thread-safe; several processes may share a folder.
///
/// An adapter is two files: its weights, and a card that says what it was made from. A file is believed only if its
/// hash is the name that it has.
@Singleton
final class AdapterFolder {

    private static final Logger LOG = Logger.getLogger(AdapterFolder.class);
    /// Who observes without a priority comes later.
    private static final int BEFORE_THE_ENGINE = 1000;
    /// Cards that are read at the same time.
    private static final int READERS = 16;

    private final FunctionConfig config;
    private final AdapterFiles adapterFiles;
    private final Optional<FolderFiles> files;
    private final FolderIndex index = new FolderIndex();
    private Optional<Opened> opened = Optional.empty();

    /// The folder in use. What has to be read for it is read meanwhile: a folder may be a bucket with many files, each
    /// of which is a request.
    ///
    /// @param generator fingerprint of what adapters are made by
    /// @param cards done when the index knows every card that was there
    private record Opened(
            CompletableFuture<String> generator,
            CompletableFuture<FolderWriter> writer,
            CompletableFuture<Void> cards) {}

    AdapterFolder(FunctionConfig config, AdapterFiles adapterFiles, ObjectMapper json) {
        this.config = config;
        this.adapterFiles = adapterFiles;
        this.files = config.adapters().dir().map(folder -> new FolderFiles(folder, json));
    }

    /// Begins to learn what is there, while the engine is loaded; the weights are read when they are asked for.
    ///
    /// @throws StartupException if the folder cannot be used
    void start(@Observes @Priority(BEFORE_THE_ENGINE) StartupEvent event) {
        files.ifPresent(there -> {
            try {
                opened = Optional.of(open(there));
            } catch (IOException | UncheckedIOException e) {
                throw new StartupException("icm-lora.adapters.dir (ICM_LORA_ADAPTERS_DIR), %s, cannot be used: %s"
                        .formatted(there.folder(), e.getMessage()));
            }
        });
    }

    private Opened open(FolderFiles there) throws IOException {
        there.prepare();
        var names = there.names();
        var engineFiles = EngineConfig.files(config);
        var generator = CompletableFuture.supplyAsync(engineFiles::generatorFingerprint);
        var room = new FolderRoom(there, config.adapters().dirBytes().asLongValue());
        return new Opened(
                generator,
                generator.thenApply(current -> new FolderWriter(there, room, index, current)),
                generator.thenAcceptAsync(current -> read(there, names, current), Thread::startVirtualThread));
    }

    private void read(FolderFiles there, List<FolderName> names, String generator) {
        try (var readers = Executors.newFixedThreadPool(
                READERS, Thread.ofPlatform().daemon().factory())) {
            var weights = names.stream().filter(name -> !name.isCard()).collect(Collectors.toSet());
            names.stream()
                    // A process may have ended before it wrote the weights.
                    .filter(name -> name.isCard() && weights.contains(FolderName.weights(name.id(), name.kind())))
                    .forEach(name -> readers.execute(() -> there.card(name)
                            .ifPresent(card -> index.remember(name.id(), card.key(name.id(), generator)))));
        }
    }

    void stop(@Observes ShutdownEvent event) {
        opened.ifPresent(folder -> folder.writer.join().close());
    }

    /// The ids of all adapters of a tenant that are kept, as far as this process knows them. Waits until it does.
    Set<String> ids(Tenant tenant) {
        awaitCards();
        return index.ids(tenant);
    }

    private void awaitCards() {
        opened.ifPresent(folder -> folder.cards.join());
    }

    /// The adapter that this generator made for a key. Waits, if need be, until every card is read.
    Optional<KnownAdapter> find(AdapterKey key) {
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        var digest = key.digest();
        return index.id(digest)
                .or(() -> {
                    awaitCards();
                    return index.id(digest);
                })
                .flatMap(this::find)
                // Its card may have gone, or say now that a client brought it: then it is made again.
                .filter(known -> known.key().equals(key));
    }

    /// The adapter of an id. One that another process put here is found too.
    Optional<KnownAdapter> find(OwnedId id) {
        var found = files.flatMap(there -> Stream.of(Kind.values())
                .flatMap(kind -> there
                        .card(FolderName.card(id, kind))
                        .flatMap(card -> read(id, card, there.path(FolderName.weights(id, kind))))
                        .stream())
                .findFirst());
        if (found.isEmpty()) {
            index.forget(id);
        }
        return found;
    }

    private Optional<KnownAdapter> read(OwnedId id, AdapterCard card, Path weights) {
        try {
            var adapter = adapterFiles.read(Files.readAllBytes(weights));
            if (!adapter.id().equals(id.id())) {
                return damaged(weights);
            }
            FolderFiles.touch(weights);
            var key = card.key(id, opened.orElseThrow().generator.join());
            index.remember(id, key);
            return Optional.of(KnownAdapter.of(key, adapter, Optional.ofNullable(card.tuning())));
        } catch (RequestException e) {
            return damaged(weights);
        } catch (NoSuchFileException e) {
            // Another process took it away, or has not written it yet.
            return Optional.empty();
        } catch (IOException e) {
            LOG.warnf("%s cannot be read: %s", weights, e);
            return Optional.empty();
        }
    }

    private static Optional<KnownAdapter> damaged(Path weights) {
        LOG.warnf("%s is damaged, or was made for another resident adapter, and is passed over", weights);
        return Optional.empty();
    }

    /// Keeps a generated adapter, in a while.
    void keepSoon(KnownAdapter known) {
        if (!isKept(known.ownedId())) {
            opened.ifPresent(folder -> folder.writer.join().writeSoon(known));
        }
    }

    /// Whether the adapter's weights are there, and known to be.
    boolean isKept(OwnedId id) {
        return index.has(id) && files.filter(there -> there.hasWeights(id)).isPresent();
    }

    /// Takes an adapter away. Other processes no longer read it; what they have in memory is theirs.
    ///
    /// @return whether it was there
    boolean delete(OwnedId id) {
        try {
            return opened.isPresent() && opened.get().writer.join().delete(id);
        } catch (IOException e) {
            throw new UncheckedIOException("an adapter cannot be deleted", e);
        }
    }

    /// Keeps an adapter that a client brought or mixed: it is there when this returns.
    ///
    /// @throws RequestException if there is no room for it
    void keep(KnownAdapter known) {
        if (opened.isEmpty()) {
            return;
        }
        try {
            opened.get().writer.join().write(known, Kind.GIVEN);
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
