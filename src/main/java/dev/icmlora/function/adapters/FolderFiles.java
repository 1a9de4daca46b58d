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
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.jboss.logging.Logger;

import dev.icmlora.function.adapters.FolderName.Kind;

/// The folder's files, read and written one by one. Each appears whole, by a rename. Several processes may do this at
/// the same time, so a file may be gone at any moment.
record FolderFiles(Path folder, ObjectMapper json) {

    private static final Logger LOG = Logger.getLogger(FolderFiles.class);
    private static final String DRAFT = ".draft";
    private static final Duration ABANDONED = Duration.ofHours(1);

    /// Makes the folder if need be, and takes away what a process left that died while it wrote.
    void prepare() throws IOException {
        Files.createDirectories(folder);
        for (var file : list()) {
            if (file.toString().endsWith(DRAFT) && isAbandoned(file)) {
                Files.deleteIfExists(file);
            }
        }
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

    /// The adapters' files that are there.
    List<FolderName> names() throws IOException {
        return list().stream().map(FolderName::of).flatMap(Optional::stream).toList();
    }

    Path path(FolderName name) {
        return folder.resolve(name.toString());
    }

    boolean hasWeights(OwnedId id) {
        return Stream.of(Kind.values()).anyMatch(kind -> Files.exists(path(FolderName.weights(id, kind))));
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

    byte[] bytes(AdapterCard card) throws IOException {
        return json.writeValueAsBytes(card);
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

    /// Writes a file, which is on the disk when this returns.
    void publish(FolderName name, byte[] bytes) throws IOException {
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

    /// Deletes an adapter's files of one kind.
    ///
    /// @return whether any of them was there
    boolean delete(OwnedId id, Kind kind) throws IOException {
        var card = Files.deleteIfExists(path(FolderName.card(id, kind)));
        return Files.deleteIfExists(path(FolderName.weights(id, kind))) || card;
    }
}
