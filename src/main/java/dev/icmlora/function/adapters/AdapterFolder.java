package dev.icmlora.function.adapters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.engine.EngineFiles;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.config.EngineConfig;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.StartupException;
import dev.icmlora.function.error.InvalidRequestException;
import dev.icmlora.function.error.StorageFullException;
import dev.icmlora.generator.network.BaseModelId;

/// Adapters in a folder, so that they outlive the process, within a limit. Without a configured folder it
/// is empty and keeps nothing. Thread-safe; several processes may share a folder.
///
/// An adapter is two files: `<hex>.gguf`, its canonical form, and what it was made from,
/// `<hex>.generated.json`, or `<hex>.given.json` for one that a client brought or mixed and that nobody
/// here could make again. Each appears whole, by a rename, the second one last. A file is believed only
/// if its hash is the name that it has. An adapter of a tenant has the tenant's id before its name,
/// `<tenant>-<hex>.gguf`, so that tenants have nothing in common but the limit.
@Singleton
final class AdapterFolder {

    private static final Logger LOG = Logger.getLogger(AdapterFolder.class);
    private static final String GGUF = ".gguf";
    private static final String GENERATED = ".generated.json";
    private static final String GIVEN = ".given.json";
    private static final String DRAFT = ".draft";
    private static final Duration ABANDONED = Duration.ofHours(1);
    private static final Pattern FILE =
            Pattern.compile("((?:([0-9a-f]{64})-)?([0-9a-f]{64}))\\.(?:gguf|generated\\.json|given\\.json)");
    private static final String ID_PREFIX = "sha256:";
    /// Generated adapters that wait to be written; more than these are made again after a restart.
    private static final int WAITING = 64;

    private final Optional<Path> folder;
    private final long limit;
    private final EngineFiles parts;
    private final AdapterFiles adapterFiles;
    private final ObjectMapper json;
    private final Map<OwnedId, AdapterKey> keys = new ConcurrentHashMap<>();
    private final Map<AdapterKey, OwnedId> ids = new ConcurrentHashMap<>();
    /// Fingerprint of the file that the generator was read from.
    private String generator = "";

    private final ThreadPoolExecutor writer =
            new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING));

    /// What is kept beside the weights.
    ///
    /// @param generator that made the adapter; another one makes another adapter of the same task
    @RegisterForReflection
    private record Card(TaskBody task, float strength, String latent, String generator) {
        private boolean isWhole() {
            return task != null
                    && task.examples().stream()
                            .allMatch(
                                    example -> example != null && example.input() != null && example.output() != null);
        }
    }

    /// @param stem what the names of its files begin with
    /// @param bytes of all its files
    /// @param given not to be made again
    private record Entry(String stem, OwnedId id, long bytes, boolean given, FileTime used) {}

    AdapterFolder(FunctionConfig config, AdapterFiles adapterFiles, ObjectMapper json) {
        this.folder = config.adapters().dir();
        this.limit = config.adapters().dirBytes().asLongValue();
        this.parts = folder.isPresent() ? EngineConfig.files(config) : null;
        this.adapterFiles = adapterFiles;
        this.json = json;
    }

    /// Learns what is there; the weights are read when they are asked for.
    ///
    /// @throws StartupException if the folder cannot be used
    void start(@Observes StartupEvent event) {
        folder.ifPresent(path -> {
            try {
                Files.createDirectories(path);
                generator = BaseModelId.of("generator", parts.generator()).fingerprint();
                for (var file : list(path)) {
                    if (file.toString().endsWith(DRAFT)) {
                        deleteAbandoned(file);
                    } else {
                        learn(file);
                    }
                }
            } catch (IOException | UncheckedIOException e) {
                throw new StartupException("icm-lora.adapters.dir (ICM_LORA_ADAPTERS_DIR), %s, cannot be used: %s"
                        .formatted(path, e.getMessage()));
            }
        });
    }

    void stop(@Observes ShutdownEvent event) {
        writer.close();
    }

    private static List<Path> list(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static void deleteAbandoned(Path draft) throws IOException {
        if (Files.getLastModifiedTime(draft).toInstant().isBefore(Instant.now().minus(ABANDONED))) {
            Files.deleteIfExists(draft);
        }
    }

    private void learn(Path file) {
        var name = FILE.matcher(file.getFileName().toString());
        if (name.matches() && file.toString().endsWith(".json")) {
            card(file).ifPresent(card -> remember(id(name), card));
        }
    }

    private static OwnedId id(MatchResult name) {
        var tenant = name.group(2) == null ? Tenant.SHARED : new Tenant(name.group(2));
        return new OwnedId(tenant, ID_PREFIX + name.group(3));
    }

    private static String stem(OwnedId owned) {
        var hex = owned.id().substring(ID_PREFIX.length());
        return owned.tenant().equals(Tenant.SHARED) ? hex : owned.tenant().id() + "-" + hex;
    }

    private Optional<Card> card(Path file) {
        try {
            return Optional.of(json.readValue(file.toFile(), Card.class)).filter(Card::isWhole);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            // Its message would quote the file.
            LOG.warnf("%s cannot be read and is passed over", file);
            return Optional.empty();
        }
    }

    private AdapterKey remember(OwnedId id, Card card) {
        var task = card.task.toTask();
        var key = card.latent == null && generator.equals(card.generator)
                ? new AdapterKey(id.tenant(), task, card.strength)
                // What another generator made of the task is another adapter.
                : new AdapterKey(id.tenant(), task, card.strength, card.latent == null ? id.id() : card.latent);
        keys.put(id, key);
        ids.put(key, id);
        return key;
    }

    /// The ids of all adapters of a tenant that are kept, as far as this process knows them.
    Set<String> ids(Tenant tenant) {
        return keys.keySet().stream()
                .filter(id -> id.tenant().equals(tenant))
                .map(OwnedId::id)
                .collect(Collectors.toSet());
    }

    /// The adapter that this generator made of a key.
    Optional<KnownAdapter> find(AdapterKey key) {
        return Optional.ofNullable(ids.get(key)).flatMap(this::find);
    }

    /// The adapter of an id. One that another process put here is found too.
    Optional<KnownAdapter> find(OwnedId id) {
        if (folder.isEmpty()) {
            return Optional.empty();
        }
        var stem = stem(id);
        var file = folder.get().resolve(stem + GGUF);
        try {
            var key = Optional.ofNullable(keys.get(id)).or(() -> cardOf(stem).map(card -> remember(id, card)));
            if (key.isEmpty()) {
                return Optional.empty();
            }
            var adapter = adapterFiles.read(Files.readAllBytes(file));
            if (!adapter.id().equals(id.id())) {
                return damaged(id, file);
            }
            touch(file);
            return Optional.of(KnownAdapter.of(key.get(), adapter));
        } catch (InvalidRequestException e) {
            return damaged(id, file);
        } catch (NoSuchFileException e) {
            forget(id);
        } catch (IOException e) {
            LOG.warnf("%s cannot be read: %s", file, e);
        }
        return Optional.empty();
    }

    /// Tells whoever makes room that it is in use.
    private static void touch(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        } catch (IOException e) {
            // Such as a file of another user's, or a folder that is mounted to be read.
            LOG.debugf("%s looks unused: %s", file, e);
        }
    }

    private Optional<KnownAdapter> damaged(OwnedId id, Path file) {
        LOG.warnf("%s is damaged, or was made for another resident adapter, and is passed over", file);
        forget(id);
        return Optional.empty();
    }

    private Optional<Card> cardOf(String stem) {
        return List.of(GENERATED, GIVEN).stream()
                .map(suffix -> folder.get().resolve(stem + suffix))
                .filter(Files::exists)
                .findFirst()
                .flatMap(this::card);
    }

    private void forget(OwnedId id) {
        var key = keys.remove(id);
        if (key != null) {
            ids.remove(key, id);
        }
    }

    /// Keeps a generated adapter, in a while.
    void keepSoon(KnownAdapter known) {
        if (folder.isEmpty()
                || keys.containsKey(known.ownedId())
                        && Files.exists(folder.get().resolve(stem(known.ownedId()) + GGUF))) {
            return;
        }
        try {
            writer.execute(() -> {
                try {
                    write(known, GENERATED);
                } catch (IOException | StorageFullException e) {
                    LOG.warnf("An adapter is not kept: %s", e.getMessage());
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("An adapter is not kept: too many wait");
        }
    }

    /// Keeps an adapter that a client brought or mixed: it is there when this returns.
    ///
    /// @throws StorageFullException if there is no room for it
    void keep(KnownAdapter known) {
        if (folder.isPresent()) {
            try {
                write(known, GIVEN);
            } catch (IOException e) {
                LOG.errorf("An adapter cannot be kept: %s", e.getMessage());
                throw new StorageFullException(reason(e));
            }
        }
    }

    /// Without the name of the file, which is nobody's business.
    private static String reason(IOException e) {
        return e instanceof FileSystemException failed && failed.getReason() != null
                ? failed.getReason()
                : e.getClass() == IOException.class
                        ? e.getMessage()
                        : e.getClass().getSimpleName();
    }

    private synchronized void write(KnownAdapter known, String suffix) throws IOException {
        var stem = stem(known.ownedId());
        var key = known.key();
        var task = key.task();
        var card = new Card(
                TaskBody.of(task),
                key.strength(),
                key.isRepeatable() ? null : key.latent(),
                suffix.equals(GENERATED) ? generator : null);
        var gguf = known.adapter().gguf();
        var text = json.writeValueAsBytes(card);
        makeRoom(stem, (long) gguf.length + text.length);
        publish(stem + GGUF, gguf);
        publish(stem + suffix, text);
        if (suffix.equals(GIVEN)) {
            Files.deleteIfExists(folder.get().resolve(stem + GENERATED));
        }
        forget(known.ownedId());
        remember(known.ownedId(), card);
    }

    private void publish(String name, byte[] bytes) throws IOException {
        var draft = Files.createTempFile(folder.get(), name, DRAFT);
        try {
            try (var channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                for (var rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(draft, folder.get().resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private void makeRoom(String stem, long needed) throws IOException {
        var entries = new ArrayList<>(entries());
        entries.removeIf(entry -> entry.stem.equals(stem));
        var bytes = entries.stream().mapToLong(Entry::bytes).sum();
        var given =
                entries.stream().filter(Entry::given).mapToLong(Entry::bytes).sum();
        if (given + needed > limit) {
            throw new StorageFullException(limit);
        }
        entries.removeIf(Entry::given);
        entries.sort(Comparator.comparing(Entry::used));
        for (var entry : entries) {
            if (bytes + needed <= limit) {
                break;
            }
            for (var suffix : List.of(GENERATED, GGUF)) {
                Files.deleteIfExists(folder.get().resolve(entry.stem + suffix));
            }
            forget(entry.id);
            bytes -= entry.bytes;
        }
    }

    private List<Entry> entries() throws IOException {
        var entries = new HashMap<String, Entry>();
        for (var file : list(folder.get())) {
            var name = FILE.matcher(file.getFileName().toString());
            if (name.matches()) {
                try {
                    var entry = new Entry(
                            name.group(1),
                            id(name),
                            Files.size(file),
                            file.toString().endsWith(GIVEN),
                            Files.getLastModifiedTime(file));
                    entries.merge(entry.stem, entry, AdapterFolder::together);
                } catch (NoSuchFileException e) {
                    // Another process made room.
                    LOG.debugf("%s is gone", file);
                }
            }
        }
        return List.copyOf(entries.values());
    }

    private static Entry together(Entry one, Entry other) {
        var used = one.used.compareTo(other.used) > 0 ? one.used : other.used;
        return new Entry(one.stem, one.id, one.bytes + other.bytes, one.given || other.given, used);
    }
}
