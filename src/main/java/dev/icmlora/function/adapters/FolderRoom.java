package dev.icmlora.function.adapters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Collectors;

import org.jboss.logging.Logger;

import dev.icmlora.function.adapters.FolderName.Kind;
import dev.icmlora.function.error.RequestException;

/// Keeps the folder within its limit. What clients brought or mixed stays; generated adapters make room, those unused
/// for longest first. Several processes that make room at once may exceed the limit by what each of them writes then.
///
/// @param limit bytes of all files together
record FolderRoom(FolderFiles files, long limit) {

    private static final Logger LOG = Logger.getLogger(FolderRoom.class);

    /// @param bytes of weights and card
    private record Entry(OwnedId id, Kind kind, long bytes, FileTime used) {

        private Entry with(Entry other) {
            var later = used.compareTo(other.used) > 0 ? used : other.used;
            return new Entry(id, kind, bytes + other.bytes, later);
        }
    }

    /// Makes room for an adapter's files, whose present ones do not count.
    ///
    /// @param index forgets what goes, or went meanwhile
    /// @throws RequestException if what stays leaves too little
    void make(OwnedId id, long needed, FolderIndex index) throws IOException {
        var entries = new ArrayList<>(entries());
        index.retain(entries.stream().map(Entry::id).collect(Collectors.toSet()));
        entries.removeIf(entry -> entry.id.equals(id));
        var bytes = entries.stream().mapToLong(Entry::bytes).sum();
        var given = entries.stream()
                .filter(entry -> entry.kind == Kind.GIVEN)
                .mapToLong(Entry::bytes)
                .sum();
        if (given + needed > limit) {
            throw RequestException.Kind.NO_ROOM_FOR_ADAPTER.because(
                    "The folder for adapters is full of uploads and sums: its limit is " + limit + " bytes");
        }
        entries.removeIf(entry -> entry.kind == Kind.GIVEN);
        entries.sort(Comparator.comparing(Entry::used));
        for (var entry : entries) {
            if (bytes + needed <= limit) {
                break;
            }
            files.delete(entry.id, Kind.GENERATED);
            index.forget(entry.id);
            bytes -= entry.bytes;
        }
    }

    private List<Entry> entries() throws IOException {
        var entries = new HashMap<FolderName, Entry>();
        for (var name : files.names()) {
            var file = files.path(name);
            try {
                var entry = new Entry(name.id(), name.kind(), Files.size(file), Files.getLastModifiedTime(file));
                entries.merge(FolderName.card(name.id(), name.kind()), entry, Entry::with);
            } catch (NoSuchFileException e) {
                // Another process made room.
                LOG.debugf("%s is gone", file);
            }
        }
        return List.copyOf(entries.values());
    }
}
