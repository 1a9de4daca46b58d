package dev.icmlora.function.adapters;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.jboss.logging.Logger;

import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.engine.tune.Tuning.Summary.Outcome;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.FolderFiles.FolderName.Kind;
import dev.icmlora.function.adapters.KnownAdapter.OwnedId;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.error.RequestException;

/// The folder's files, within a limit, and what this process knows to be there. A file appears whole, by a rename.
///
/// Several processes may share the folder, so a file may be gone at any moment. What clients brought or mixed stays;
/// generated adapters make room, those unused for longest first. Processes that make room at once may exceed the
/// limit by what each of them writes then. Any thread may read; one at a time may write or delete.
final class FolderFiles {

    private static final Logger LOG = Logger.getLogger(FolderFiles.class);
    private static final String DRAFT = ".draft";
    private static final Duration ABANDONED = Duration.ofHours(1);

    private final Path folder;
    private final long limit;
    private final ObjectMapper json;
    /// The adapters that are there, with digests of their keys: they take little memory however long the tasks are.
    private final Map<OwnedId, String> known = new ConcurrentHashMap<>();

    /// @param limit bytes of all files together
    FolderFiles(Path folder, long limit, ObjectMapper json) {
        this.folder = folder;
        this.limit = limit;
        this.json = json;
    }

    /// Makes the folder if need be, and takes away what a process left that died while it wrote.
    ///
    /// @return the files that are there
    List<FolderName> prepare() throws IOException {
        Files.createDirectories(folder);
        for (var file : list()) {
            if (file.toString().endsWith(DRAFT) && isAbandoned(file)) {
                Files.deleteIfExists(file);
            }
        }
        return names();
    }

    private static boolean isAbandoned(Path draft) throws IOException {
        try {
            return Files.getLastModifiedTime(draft)
                    .toInstant()
                    .isBefore(Instant.now().minus(ABANDONED));
        } catch (NoSuchFileException e) {
            // Its process has just published it.
            return false;
        }
    }

    private List<Path> list() throws IOException {
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }

    private List<FolderName> names() throws IOException {
        return list().stream().map(FolderName::of).flatMap(Optional::stream).toList();
    }

    Path path(FolderName name) {
        return folder.resolve(name.toString());
    }

    void remember(OwnedId id, AdapterKey key) {
        known.put(id, key.digest());
    }

    void forget(OwnedId id) {
        known.remove(id);
    }

    /// The ids of all adapters of a tenant that are known to be there.
    Set<String> ids(Tenant tenant) {
        return known.keySet().stream()
                .filter(id -> id.tenant().equals(tenant))
                .map(OwnedId::id)
                .collect(Collectors.toSet());
    }

    /// The adapter of a key that is known to be there.
    ///
    /// @param digest of the key
    Optional<OwnedId> id(String digest) {
        return known.entrySet().stream()
                .filter(entry -> entry.getValue().equals(digest))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /// Whether the adapter's weights are there, and known to be.
    boolean isKept(OwnedId id) {
        return known.containsKey(id)
                && Stream.of(Kind.values()).anyMatch(kind -> Files.exists(path(FolderName.weights(id, kind))));
    }

    /// Empty if it cannot be read.
    Optional<AdapterCard> card(FolderName name) {
        var file = path(name);
        try {
            return Optional.of(json.readValue(file.toFile(), AdapterCard.class)).filter(AdapterCard::isWhole);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            // Its message would quote the file.
            LOG.warnf("%s cannot be read and is passed over", file);
            return Optional.empty();
        }
    }

    /// Has a file stay when room is made by what was used longer ago.
    static void touch(Path weights) {
        try {
            Files.setLastModifiedTime(weights, FileTime.from(Instant.now()));
        } catch (IOException e) {
            // Such as a file of another user's, or a folder that is mounted to be read.
            LOG.debugf("%s looks unused: %s", weights, e);
        }
    }

    /// Writes the card and then the weights: a process that ends in between leaves no weights that nothing refers to.
    /// They are on the disk when this returns.
    ///
    /// @param generator fingerprint of the one that is in use
    /// @throws RequestException if there is no room
    void write(KnownAdapter adapter, Kind kind, String generator) throws IOException {
        var id = adapter.ownedId();
        var card = AdapterCard.of(adapter, kind == Kind.GENERATED ? generator : null);
        var weights = adapter.adapter().gguf();
        var text = json.writeValueAsBytes(card);
        makeRoom(id, (long) weights.length + text.length);
        publish(FolderName.card(id, kind), text);
        try {
            publish(FolderName.weights(id, kind), weights);
        } catch (IOException e) {
            // Unless another process has just kept the same adapter.
            if (!Files.exists(path(FolderName.weights(id, kind)))) {
                delete(id, kind);
            }
            throw e;
        }
        if (kind == Kind.GIVEN) {
            delete(id, Kind.GENERATED);
        }
        remember(id, card.key(id, generator));
    }

    private void publish(FolderName name, byte[] bytes) throws IOException {
        var draft = Files.createTempFile(folder, name.toString(), DRAFT);
        try {
            try (var channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                for (var rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(draft, path(name), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /// Takes an adapter's files away.
    ///
    /// @return whether any of them was there
    boolean delete(OwnedId id) throws IOException {
        var wasThere = delete(id, Kind.GENERATED) | delete(id, Kind.GIVEN);
        forget(id);
        return wasThere;
    }

    private boolean delete(OwnedId id, Kind kind) throws IOException {
        return Files.deleteIfExists(path(FolderName.card(id, kind)))
                | Files.deleteIfExists(path(FolderName.weights(id, kind)));
    }

    /// @param bytes of weights and card
    private record Entry(OwnedId id, Kind kind, long bytes, FileTime used) {

        private Entry with(Entry other) {
            var later = used.compareTo(other.used) > 0 ? used : other.used;
            return new Entry(id, kind, bytes + other.bytes, later);
        }
    }

    /// Makes room for an adapter's files, whose present ones do not count. Forgets what goes, or went meanwhile.
    ///
    /// @throws RequestException if what stays leaves too little
    private void makeRoom(OwnedId id, long needed) throws IOException {
        var entries = entries();
        known.keySet().retainAll(entries.stream().map(Entry::id).collect(Collectors.toSet()));
        entries.removeIf(entry -> entry.id.equals(id));
        var bytes = needed + entries.stream().mapToLong(Entry::bytes).sum();
        entries.removeIf(entry -> entry.kind == Kind.GIVEN);
        if (bytes - entries.stream().mapToLong(Entry::bytes).sum() > limit) {
            throw RequestException.Kind.NO_ROOM_FOR_ADAPTER.because(
                    "The folder for adapters is full of uploads and sums: its limit is " + limit + " bytes");
        }
        entries.sort(Comparator.comparing(Entry::used));
        for (var entry : entries) {
            if (bytes <= limit) {
                break;
            }
            delete(entry.id, Kind.GENERATED);
            forget(entry.id);
            bytes -= entry.bytes;
        }
    }

    private List<Entry> entries() throws IOException {
        var entries = new HashMap<FolderName, Entry>();
        for (var name : names()) {
            var file = path(name);
            try {
                var entry = new Entry(name.id(), name.kind(), Files.size(file), Files.getLastModifiedTime(file));
                entries.merge(FolderName.card(name.id(), name.kind()), entry, Entry::with);
            } catch (NoSuchFileException e) {
                // Another process made room.
                LOG.debugf("%s is gone", file);
            }
        }
        return new ArrayList<>(entries.values());
    }

    /// The name of a file in the folder: `<hex>.generated.gguf` and its card `<hex>.generated.json`, or `<hex>.gguf`
    /// and `<hex>.given.json`. An adapter of a tenant has the tenant's id before its name, `<tenant>-<hex>.gguf`,
    /// so that tenants have nothing in common but the limit.
    ///
    /// The names of the two kinds differ, so that making room, which deletes files of the one kind alone, cannot
    /// take what has to stay: not by an old listing either, nor where a file system has no locks.
    record FolderName(OwnedId id, Kind kind, boolean isCard) {

        private static final String ID_PREFIX = "sha256:";
        private static final Pattern FORM = Pattern.compile("(?:([0-9a-f]{64})-)?([0-9a-f]{64})(\\.[a-z.]+)");

        enum Kind {
            /// Its card says what it was generated from, which makes it again.
            GENERATED(".generated.gguf", ".generated.json"),
            /// A client brought or mixed it. Nothing makes it again.
            GIVEN(".gguf", ".given.json");

            private final String weights;
            private final String card;

            Kind(String weights, String card) {
                this.weights = weights;
                this.card = card;
            }
        }

        static FolderName weights(OwnedId id, Kind kind) {
            return new FolderName(id, kind, false);
        }

        static FolderName card(OwnedId id, Kind kind) {
            return new FolderName(id, kind, true);
        }

        /// Empty for a file that is none of the folder's.
        static Optional<FolderName> of(Path file) {
            var name = FORM.matcher(file.getFileName().toString());
            if (!name.matches()) {
                return Optional.empty();
            }
            var tenant = name.group(1) == null ? Tenant.SHARED : new Tenant(name.group(1));
            var id = new OwnedId(tenant, ID_PREFIX + name.group(2));
            var end = name.group(3);
            return Arrays.stream(Kind.values())
                    .filter(kind -> end.equals(kind.weights) || end.equals(kind.card))
                    .findFirst()
                    .map(kind -> new FolderName(id, kind, end.equals(kind.card)));
        }

        @Override
        public String toString() {
            var hex = id.id().substring(ID_PREFIX.length());
            return (id.tenant().equals(Tenant.SHARED) ? hex : id.tenant().id() + "-" + hex)
                    + (isCard ? kind.card : kind.weights);
        }
    }

    /// Says what an adapter in the folder was made from. It is a JSON file beside the weights.
    ///
    /// @param steps of tuning; null for none
    /// @param tuning what it did; null for none
    /// @param latent null where task and strength make the adapter again, otherwise as in [AdapterKey]
    /// @param generator that made the adapter; another one makes another adapter of the same task
    @RegisterForReflection(targets = {AdapterCard.class, Tuning.Summary.class, Outcome.class})
    record AdapterCard(
            TaskBody task, float strength, Integer steps, Tuning.Summary tuning, String latent, String generator) {

        /// @param generator null if none made it
        static AdapterCard of(KnownAdapter known, String generator) {
            var key = known.key();
            return new AdapterCard(
                    TaskBody.of(key.task()),
                    key.strength(),
                    key.isTuned() ? key.steps() : null,
                    known.tuning().orElse(null),
                    key.isRepeatable() ? null : key.latent(),
                    generator);
        }

        /// Whether nothing is missing that a key is made of, or that mode auto decides by.
        boolean isWhole() {
            return task != null
                    && (steps == null) == (tuning == null)
                    && task.examples().stream()
                            .allMatch(
                                    example -> example != null && example.input() != null && example.output() != null);
        }

        /// What the adapter of this id is found by.
        ///
        /// @param current fingerprint of the generator that is in use
        AdapterKey key(OwnedId id, String current) {
            var taken = steps == null ? 0 : steps;
            if (latent != null) {
                return new AdapterKey(id.tenant(), task.toTask(), strength, taken, latent);
            }
            return current.equals(generator)
                    ? new AdapterKey(id.tenant(), task.toTask(), strength).tuned(taken)
                    // What another generator made of the task is another adapter.
                    : new AdapterKey(id.tenant(), task.toTask(), strength, taken, id.id());
        }
    }
}
