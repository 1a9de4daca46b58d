package dev.icmlora.engine.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Prompts whose keys and values a context still holds, each under the adapter that it was read with. A
/// prompt read with another adapter is another prompt: going on from it would contaminate the answer. So is one
/// of another salt, so that no tenant learns what another one asked.
final class PrefixCache {

    private final Decoder decoder;
    private final Deque<Integer> freeIds = new ArrayDeque<>();
    private final List<Entry> entries = new ArrayList<>();
    private long clock;

    /// @param firstId the first of the sequences of the context that keep prompts
    /// @param count of them
    PrefixCache(Decoder decoder, int firstId, int count) {
        this.decoder = decoder;
        for (var id = firstId; id < firstId + count; id++) {
            freeIds.add(id);
        }
    }

    /// What a prompt is kept under.
    ///
    /// @param shortest tokens, of which fewer are read again
    record Key(Optional<ScaledAdapter> adapter, String salt, int shortest) {}

    /// A prompt that is kept.
    static final class Entry {

        private final Key key;
        private final int[] tokens;
        private final int id;
        private int users;
        private long usedAt;

        private Entry(Key key, int[] tokens, int id) {
            this.key = key;
            this.tokens = tokens;
            this.id = id;
        }

        int id() {
            return id;
        }
    }

    /// @param length how many tokens of the prompt it begins with
    record Match(Entry entry, int length) {}

    /// What is kept of a prompt's beginning. The last token is always read: its output begins the answer.
    Optional<Match> longest(Key key, int[] prompt) {
        return entries.stream()
                .filter(entry -> entry.key.equals(key))
                .map(entry -> new Match(entry, common(entry.tokens, prompt)))
                .filter(match -> match.length >= key.shortest)
                .max(Comparator.comparingInt(Match::length));
    }

    /// Tokens that a prompt could go on from, were the other kept.
    static int common(int[] kept, int[] prompt) {
        var difference = Arrays.mismatch(kept, prompt);
        return Math.min(difference < 0 ? prompt.length : difference, prompt.length - 1);
    }

    /// Keeps a prompt that a sequence has read, unless all places are in use.
    Optional<Entry> keep(Key key, int[] prompt, int sequence) {
        if (freeIds.isEmpty() && !dropOldest()) {
            return Optional.empty();
        }
        var entry = new Entry(key, prompt, freeIds.remove());
        decoder.copy(sequence, entry.id, prompt.length);
        entry.usedAt = ++clock;
        entries.add(entry);
        return Optional.of(entry);
    }

    void use(Entry entry) {
        entry.users++;
        entry.usedAt = ++clock;
    }

    void release(Entry entry) {
        entry.users--;
    }

    /// Cells of the memory that the kept prompts take.
    int cells() {
        return entries.stream().mapToInt(entry -> entry.tokens.length).sum();
    }

    /// Cells of those that cannot be dropped.
    int cellsInUse() {
        return entries.stream()
                .filter(entry -> entry.users > 0)
                .mapToInt(entry -> entry.tokens.length)
                .sum();
    }

    /// Drops all that is unused.
    void dropAll() {
        while (dropOldest()) {
            // One after the other.
        }
    }

    /// Drops what was unused for longest.
    ///
    /// @return whether there was any
    boolean dropOldest() {
        var oldest = entries.stream().filter(entry -> entry.users == 0).min(Comparator.comparingLong(e -> e.usedAt));
        oldest.ifPresent(entry -> {
            decoder.remove(entry.id);
            freeIds.add(entry.id);
            entries.remove(entry);
        });
        return oldest.isPresent();
    }
}
