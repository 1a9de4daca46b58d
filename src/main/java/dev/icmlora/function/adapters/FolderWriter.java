package dev.icmlora.function.adapters;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.jboss.logging.Logger;

import dev.icmlora.function.adapters.FolderName.Kind;
import dev.icmlora.function.error.RequestException;

/// Writes adapters into the folder and takes them away, one at a time: at once, or soon in a thread of its own.
final class FolderWriter implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(FolderWriter.class);
    /// Generated adapters that wait to be written; more than these are made again after a restart.
    private static final int WAITING = 64;

    private final FolderFiles files;
    private final FolderRoom room;
    private final FolderIndex index;
    private final String generator;
    /// What is still to be written soon.
    private final Set<OwnedId> waiting = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor executor =
            new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING));

    /// @param generator fingerprint of the one that is in use
    FolderWriter(FolderFiles files, FolderRoom room, FolderIndex index, String generator) {
        this.files = files;
        this.room = room;
        this.index = index;
        this.generator = generator;
    }

    /// Writes a generated adapter in a while, if not too many wait.
    void writeSoon(KnownAdapter generated) {
        if (!waiting.add(generated.ownedId())) {
            return;
        }
        try {
            executor.execute(() -> writeWaiting(generated));
        } catch (RejectedExecutionException e) {
            waiting.remove(generated.ownedId());
            LOG.debug("An adapter is not kept: too many wait");
        }
    }

    private synchronized void writeWaiting(KnownAdapter generated) {
        if (!waiting.remove(generated.ownedId())) {
            // It was deleted meanwhile.
            return;
        }
        try {
            write(generated, Kind.GENERATED);
        } catch (IOException | RequestException e) {
            LOG.warnf("An adapter is not kept: %s", e.getMessage());
        }
    }

    /// Writes the card and then the weights: a process that ends in between leaves no weights that nothing refers to.
    ///
    /// @throws RequestException if there is no room
    synchronized void write(KnownAdapter known, Kind kind) throws IOException {
        var id = known.ownedId();
        var card = AdapterCard.of(known, kind == Kind.GENERATED ? generator : null);
        var weights = known.adapter().gguf();
        var text = files.bytes(card);
        room.make(id, (long) weights.length + text.length, index);
        files.publish(FolderName.card(id, kind), text);
        try {
            files.publish(FolderName.weights(id, kind), weights);
        } catch (IOException e) {
            // Unless another process has just kept the same adapter.
            if (!Files.exists(files.path(FolderName.weights(id, kind)))) {
                files.delete(id, kind);
            }
            throw e;
        }
        if (kind == Kind.GIVEN) {
            files.delete(id, Kind.GENERATED);
        }
        index.remember(id, card.key(id, generator));
    }

    /// Takes an adapter's files away, and forgets one that waits.
    ///
    /// @return whether there was any of it
    synchronized boolean delete(OwnedId id) throws IOException {
        index.forget(id);
        var waited = waiting.remove(id);
        var generated = files.delete(id, Kind.GENERATED);
        return files.delete(id, Kind.GIVEN) || generated || waited;
    }

    /// Writes what waits, and then nothing more.
    @Override
    public void close() {
        executor.close();
    }
}
