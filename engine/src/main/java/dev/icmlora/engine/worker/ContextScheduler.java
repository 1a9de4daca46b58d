package dev.icmlora.engine.worker;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.ggml.NativeException;
import dev.icmlora.llama.DecodeException;
import dev.icmlora.llama.DecodeException.Reason;

/// Decides what is decoded in one context of a worker: which sequences have a place, wait for one, share a batch.
///
/// Requests with the same adapter form a group. A batch holds sequences of one group, or of several where a bank
/// gives each its LoRA slot. They join and leave at any token.
///
/// A sequence gets a place where the memory has room for what it has and for some growth. Where there is nothing
/// left to grow into, the request that holds most gives way with its newest sequence, which gets its next place
/// with room for all that it may come to hold, and so gives way once at most. A sequence that does not fit is
/// passed by others as long as it would fit beside all of these.
///
/// Weights that are too large make keys and values that are not finite, and these spoil the scores of others in
/// the same memory. It is wiped then, and the requests of that batch whose scores were not finite have it for
/// themselves, one after the other, until each is where it was: only the one whose scores are not finite then
/// fails, and its weights are refused from then on. For some batches after that, other weights do not join those
/// that were there.
///
/// Belongs to the worker's thread.
public final class ContextScheduler {

    private static final Logger LOG = System.getLogger(ContextScheduler.class.getName());

    /// Part of a batch that prompts may have while others wait for its end. Smaller pieces take twice as long for each
    /// token, so all wait longer for their first.
    private static final int PART_BESIDE_OTHERS = 2;

    /// Part of a batch that prompts of those that let others go first may have beside these.
    private static final int PART_AFTER_OTHERS = 64;

    /// The smallest piece of a long prompt, as a part of what prompts may have beside others.
    private static final int SMALLEST_PART = 4;

    /// Fewer tokens than these ggml's attention on a CPU does one by one, which takes several times as long for each
    /// (`GGML_FA_TILE_Q` of `ggml-cpu/common.h`).
    private static final int ATTENTION_TILE = 64;

    /// Batches after weights that were too large in which others have the memory for themselves: some times what
    /// it cost them.
    private static final int CALM = 64;

    private final Comparator<DecodeRequest> fewestPlaces = Comparator.<DecodeRequest>comparingInt(this::placesOfGroup)
            .thenComparingInt(DecodeRequest::running)
            .thenComparingLong(DecodeRequest::number);

    private final Decoder decoder;
    private final int places;
    private final int cells;
    private final int branches;
    private final PrefixCache prefixes;
    private final RefusedWeights refused = new RefusedWeights();
    private final Map<Optional<ScaledAdapter>, Group> groups = new LinkedHashMap<>();
    private final Deque<Integer> freeIds = new ArrayDeque<>();
    private final Deque<Integer> freeBranches = new ArrayDeque<>();
    private int reserved;
    private long arrived;
    private long placements;
    /// The memory had less room than was reckoned: no sequence gets a place until one leaves.
    private boolean overfull;
    /// Batches that are still to come in which other weights do not join those that are there.
    private int calm;

    /// @param decoder of a context with room for [#sequences] sequences
    /// @param places for sequences that are decoded side by side. As many again are for requests that have none,
    /// so that one with many texts keeps no other one out
    /// @param cached prefixes that are kept for later requests
    /// @param branches that labels are read in, side by side: [Labels#BRANCHES], or none where no labels are wanted
    /// @param cells tokens that the context's memory holds. With twice what one request may take, none is so
    /// large that there is no room beside it
    public ContextScheduler(Decoder decoder, int places, int cached, int branches, int cells) {
        this.decoder = decoder;
        this.places = places;
        this.cells = cells;
        this.branches = branches;
        this.prefixes = new PrefixCache(decoder, 2 * places, cached);
        for (var id = 0; id < 2 * places; id++) {
            freeIds.add(id);
        }
        for (var id = 0; id < branches; id++) {
            freeBranches.add(2 * places + cached + id);
        }
    }

    /// Sequences that a context needs for these places, prefixes and branches.
    public static int sequences(int places, int cached, int branches) {
        return 2 * places + cached + branches;
    }

    /// Requests with the same adapter.
    static final class Group {

        private final Optional<ScaledAdapter> adapter;
        private final List<DecodeRequest> requests = new ArrayList<>();
        private final List<Sequence> running = new ArrayList<>();
        private long usedNanos;

        private Group(Optional<ScaledAdapter> adapter, long usedNanos) {
            this.adapter = adapter;
            this.usedNanos = usedNanos;
        }

        Optional<ScaledAdapter> adapter() {
            return adapter;
        }

        List<DecodeRequest> requests() {
            return requests;
        }

        /// Whether a batch can be made of it.
        boolean isRunnable() {
            return !running.isEmpty();
        }

        /// Time that it has had, reckoned as if it had been there from the start.
        long usedNanos() {
            return usedNanos;
        }

        void used(long nanos) {
            usedNanos += nanos;
        }
    }

    /// @param usedNanos what a new group is taken to have used so far
    void add(DecodeRequest request, long usedNanos) {
        request.number(arrived++);
        groups.computeIfAbsent(request.adapter(), adapter -> new Group(adapter, usedNanos))
                .requests
                .add(request);
    }

    Collection<Group> groups() {
        return groups.values();
    }

    boolean isIdle() {
        return groups.isEmpty();
    }

    void dropCancelled() {
        requests()
                .filter(request -> request.cancellation().isRequested())
                .toList()
                .forEach(request -> fail(request, new CancelledException()));
    }

    /// Gives places to requests that wait: first to the group that has fewest, in it to the request that has
    /// fewest, and to the one that came first.
    void admit() {
        requests()
                .filter(DecodeRequest::isNew)
                .filter(refused::contains)
                .toList()
                .forEach(request -> fail(request, tooLarge(request)));
        while (!overfull && placeNext()) {
            // One after the other.
        }
    }

    /// @return false if nothing else can be placed for now
    private boolean placeNext() {
        Sequence first = null; // of those that do not fit
        for (var request : waiting()) {
            Sequence next;
            try {
                next = request.next(decoder);
            } catch (RuntimeException e) {
                // Such as a grammar that does not parse.
                fail(request, e);
                return true;
            }
            if ((first == null || fitsBesidePassing(first, next)) && place(next)) {
                return true;
            }
            if (first == null) {
                first = next;
                first.waits(placements);
            }
        }
        return false;
    }

    /// Requests that may have another place now, the first first.
    private List<DecodeRequest> waiting() {
        // The latest is the likeliest: the others were there before anything was wrong.
        var suspect = requests().filter(DecodeRequest::isSuspect).max(Comparator.comparingLong(DecodeRequest::number));
        return suspect.map(Stream::of)
                .orElseGet(() -> requests().filter(this::mayJoin))
                .filter(DecodeRequest::hasMore)
                .filter(this::mayHavePlace)
                .filter(this::needNotWait)
                .sorted(fewestPlaces)
                .toList();
    }

    private boolean mayJoin(DecodeRequest request) {
        return calm == 0
                || request.hasDisplaced()
                || placesOfGroup(request) > 0
                || running().findAny().isEmpty();
    }

    private boolean mayHavePlace(DecodeRequest request) {
        return !freeIds.isEmpty()
                && (request.running() == 0
                        || running().count() < places && !request.cancellation().letsOthersFirst());
    }

    /// Whether the first that waits for room would still fit beside all that passed it, and this one.
    private boolean fitsBesidePassing(Sequence waits, Sequence passing) {
        var all = Stream.concat(running().filter(waits::wasPassedBy), Stream.of(waits, passing))
                .toList();
        return all.stream().mapToInt(Sequence::mostTokens).sum() <= cells
                && all.stream().mapToInt(Sequence::branches).sum() <= branches;
    }

    private Stream<DecodeRequest> requests() {
        return groups.values().stream().flatMap(group -> group.requests.stream());
    }

    private Stream<Sequence> running() {
        return groups.values().stream().flatMap(group -> group.running.stream());
    }

    private int placesOfGroup(DecodeRequest request) {
        return groups.get(request.adapter()).running.size();
    }

    /// Whether no other sequence is just prefilling what this one could go on from in a moment.
    private boolean needNotWait(DecodeRequest request) {
        var group = groups.get(request.adapter());
        var prompt = request.nextShareable();
        var key = request.prefixKey();
        var kept = prefixes.longest(key, prompt).map(PrefixCache.Match::length).orElse(0);
        return group.running.stream()
                .filter(other ->
                        other.isPrefilling() && other.request().prefixKey().equals(key))
                .allMatch(other -> PrefixCache.common(other.prompt(), prompt) < kept + key.shortest());
    }

    /// @return false if there is no room for it yet
    private boolean place(Sequence sequence) {
        if (sequence.branches() > freeBranches.size() || !mayComeBack(sequence)) {
            return false;
        }
        var match = prefixes.longest(sequence.request().prefixKey(), sequence.shareable());
        if (match.isPresent()) {
            var entry = match.get().entry();
            var shared = match.get().length();
            prefixes.use(entry);
            if (makeRoom(sequence.nextRoomTokens() - shared)) {
                decoder.copy(entry.id(), place(sequence, entry, shared), shared);
                return true;
            }
            // A long prompt is cached as a whole: it may take the room of what would go on from its beginning.
            prefixes.release(entry);
        }
        if (!makeRoom(sequence.nextRoomTokens())) {
            return false;
        }
        place(sequence, null, 0);
        return true;
    }

    /// Sequences that gave way have their places for good, so that they leave half of the memory to others.
    private boolean mayComeBack(Sequence sequence) {
        var back = running().filter(Sequence::gaveWay).toList();
        var tokens = back.stream().mapToInt(Sequence::roomTokens).sum();
        return !sequence.gaveWay() || back.isEmpty() || tokens + sequence.mostTokens() <= cells / 2;
    }

    /// @return its id in the context's memory
    private int place(Sequence sequence, PrefixCache.Entry entry, int shared) {
        var id = freeIds.remove();
        var need = sequence.nextRoomTokens() - shared;
        sequence.place(id, entry, shared, need, ++placements);
        sequence.branch(
                Stream.generate(freeBranches::remove).limit(sequence.branches()).toList());
        reserved += need;
        sequence.request().placed();
        groups.get(sequence.request().adapter()).running.add(sequence);
        return id;
    }

    /// Sees to it that so many cells are free, at the cost of cached prefixes. Where that would not be enough,
    /// nothing is dropped.
    private boolean makeRoom(int need) {
        if (cells - reserved - prefixes.cellsInUse() < need) {
            return false;
        }
        while (cells - reserved - prefixes.cells() < need) {
            prefixes.dropOldest();
        }
        return true;
    }

    /// The groups that are decoded in one batch with this one: as many as there are LoRA slots for, the first first.
    List<Group> together(Group group, List<Group> others) {
        if (!canShare(group)) {
            return List.of(group);
        }
        return Stream.concat(
                        Stream.of(group),
                        others.stream().filter(other -> other != group).filter(this::canShare))
                .limit(decoder.loraSlots())
                .toList();
    }

    private boolean canShare(Group group) {
        return group.adapter.filter(decoder::canShare).isPresent();
    }

    /// Sees to it that the context has the adapters of these groups.
    void use(List<Group> batch) {
        decoder.use(batch.stream().flatMap(group -> group.adapter.stream()).toList());
    }

    /// Decodes one batch of the groups that are in use: a token of each text that is written, and as much as
    /// fits of prompts and of labels.
    ///
    /// @param othersWait whether other groups or jobs wait for the end of the batch
    /// @param pace takes how long that took
    /// @return false if the computation failed
    boolean step(List<Group> batch, boolean othersWait, Pace pace) {
        running(batch).forEach(this::grow);
        var running = running(batch);
        if (running.isEmpty()) {
            return true; // the only one gave way
        }
        var requests = running.stream().map(Sequence::request).distinct().toList();
        var reading = running.stream().filter(Sequence::isPrefilling).toList();
        var tokens = contribute(running, reading, othersWait, requests.size() > 1);
        var readers = reading.stream().map(Sequence::request).distinct().toList();
        var start = System.nanoTime();
        try {
            decoder.decode();
        } catch (NativeException e) {
            recover(running, requests, e);
            return !e.isFatal();
        }
        var nanos = System.nanoTime() - start;
        pace.read(tokens, nanos);
        requests.forEach(request -> request.decoded(readers.contains(request), nanos));
        var spoilt = running.stream()
                .filter(sequence -> sequence.request().adapter().isPresent() && !sequence.isFinite())
                .map(Sequence::request)
                .distinct()
                .toList();
        if (spoilt.isEmpty()) {
            calm = Math.max(0, calm - 1);
            running.forEach(this::advance);
            requests.forEach(this::acquit);
        } else {
            suspect(spoilt);
        }
        return true;
    }

    private static List<Sequence> running(List<Group> batch) {
        return batch.stream().flatMap(group -> group.running.stream()).toList();
    }

    /// @param othersWait whether other groups or jobs wait for the end of the batch
    /// @param several whether it is of several requests
    /// @return tokens of the batch
    private int contribute(List<Sequence> running, List<Sequence> reading, boolean othersWait, boolean several) {
        decoder.begin();
        var batch = decoder.room();
        // The one that got its place first: the labels of those that come and go could else take all outputs that a
        // batch may have.
        var choosing = running.stream()
                .filter(sequence -> !sequence.isWriting() && !sequence.isPrefilling())
                .sorted(Comparator.comparingLong(Sequence::placement))
                .toList();
        running.stream().filter(Sequence::isWriting).forEach(sequence -> sequence.contribute(1));
        var byLettingOthersFirst = reading.stream()
                .collect(Collectors.partitioningBy(
                        sequence -> sequence.request().cancellation().letsOthersFirst()));
        var first = byLettingOthersFirst.get(false);
        var left = decoder.room();
        if (othersWait || several && reading.size() < running.size()) {
            var part = Math.min(batch / PART_BESIDE_OTHERS, left);
            read(first, part, batch, part / SMALLEST_PART);
        } else {
            read(first, left, 4 * batch, ATTENTION_TILE);
        }
        var last = byLettingOthersFirst.get(true);
        left = decoder.room();
        if (othersWait || several) {
            read(last, Math.min(Math.ceilDiv(batch, PART_AFTER_OTHERS), left), batch, 1);
        } else {
            read(last, left, 4 * batch, ATTENTION_TILE);
        }
        choosing.forEach(sequence -> sequence.contribute(0));
        return batch - decoder.room();
    }

    /// Adds what is next of prompts: as much of each request's, and what one leaves of that is for those with more.
    ///
    /// @param near tokens of a prompt after which its pieces get smaller: each token looks back at all before it
    /// @param least tokens of the smallest pieces
    private static void read(List<Sequence> reading, int tokens, int near, int least) {
        var requests = reading.stream()
                .collect(Collectors.groupingBy(Sequence::request, LinkedHashMap::new, Collectors.toList()))
                .values()
                .stream()
                .sorted(Comparator.comparingInt(ContextScheduler::unread))
                .toList();
        var left = tokens;
        for (var i = 0; i < requests.size(); i++) {
            var share = Math.ceilDiv(left, requests.size() - i);
            for (var sequence : requests.get(i)) {
                var before = sequence.unread();
                var far = Math.max(1, sequence.position() / near);
                sequence.contribute(Math.min(share, Math.max(Math.max(1, least), tokens / far)));
                share -= before - sequence.unread();
                left -= before - sequence.unread();
            }
        }
    }

    private static int unread(List<Sequence> sequences) {
        return sequences.stream().mapToInt(Sequence::unread).sum();
    }

    /// Sees to it that there is room for the next token of a sequence, unless it lost its place or gives way itself.
    private void grow(Sequence sequence) {
        while (sequence.isPlaced() && sequence.length() > sequence.roomTokens()) {
            var more = sequence.nextRoomTokens() - sequence.roomTokens();
            if (makeRoom(more)) {
                reserved += more;
                sequence.grow(more);
            } else {
                giveWay();
            }
        }
    }

    /// The request that holds most loses the place that it got last. One that lost its place before keeps it.
    private void giveWay() {
        var held = running()
                .collect(Collectors.groupingBy(Sequence::request, Collectors.summingInt(Sequence::roomTokens)));
        var leaving = running()
                .max(Comparator.<Sequence, Boolean>comparing(sequence -> !sequence.gaveWay())
                        .thenComparing(sequence -> held.get(sequence.request()))
                        .thenComparing(Sequence::placement))
                .orElseThrow();
        displace(leaving);
        leaving.giveWay();
    }

    /// Scores were not finite. A request that had the memory for itself did that.
    private void suspect(List<DecodeRequest> spoilt) {
        if (running().map(Sequence::request).distinct().count() == 1) {
            var alone = spoilt.getFirst();
            refused.add(alone);
            fail(alone, tooLarge(alone));
            requests().forEach(request -> request.suspect(false));
            calm = CALM;
        } else {
            spoilt.forEach(request -> request.suspect(true));
        }
        wipe();
    }

    private static UnusableInputException tooLarge(DecodeRequest request) {
        var scaled = request.adapter().orElseThrow();
        var id = scaled.adapter().id();
        return new UnusableInputException(
                "adapter",
                null,
                id,
                "adapter %s at scale %s gives scores that are not finite: its weights are too large for the base model"
                        .formatted(id, scaled.scale()));
    }

    /// A request that had the memory for itself until it was where it was before did nothing to the others.
    private void acquit(DecodeRequest request) {
        if (request.isDone()
                || !request.isSuspect()
                || request.hasDisplaced()
                || sequences(request).stream().anyMatch(Sequence::isPrefilling)) {
            return;
        }
        request.suspect(false);
        if (requests().anyMatch(DecodeRequest::isSuspect)) {
            sequences(request).forEach(this::displace);
        }
    }

    /// All that have a place begin anew with an empty memory, and go on where they were.
    private void wipe() {
        running().toList().forEach(this::displace);
        prefixes.dropAll();
        decoder.wipe();
        overfull = false;
    }

    /// A failure costs the requests of this batch their answers, and no other one anything. Without room in
    /// the memory, which should not happen, one gives way.
    private void recover(List<Sequence> running, List<DecodeRequest> requests, NativeException failure) {
        if (failure instanceof DecodeException full && full.reason() == Reason.NO_KV_SPACE) {
            running.forEach(Sequence::takeBack);
            if (prefixes.dropOldest()) {
                return;
            }
            if (running().count() > 1) {
                giveWay();
                overfull = true;
                return;
            }
        }
        LOG.log(
                Level.ERROR,
                () -> "A batch of %d requests failed: %s".formatted(requests.size(), failure.getMessage()));
        requests.forEach(request -> fail(request, failure));
    }

    private void displace(Sequence sequence) {
        leave(sequence);
        sequence.displace();
        sequence.request().displaced(sequence);
    }

    private void advance(Sequence sequence) {
        var request = sequence.request();
        if (request.isDone()) {
            return; // another sequence of the same request has just failed
        }
        try {
            var delta = sequence.advance();
            if (!sequence.isPrefilling() && sequence.index() == 0) {
                cachePrompt(sequence); // only now: its scores are finite
            }
            if (!delta.isEmpty()) {
                request.wanted().listener().wrote(sequence.index(), delta);
            }
        } catch (RuntimeException e) {
            // Such as a grammar that allows no token here.
            fail(request, e);
            return;
        }
        if (sequence.ended()) {
            leave(sequence);
            sequence.close();
            overfull = false;
            request.ended(sequence);
            forgetDone(request);
        }
    }

    /// Caches the prompt of a request's first sequence for its other ones, and for requests to come.
    private void cachePrompt(Sequence sequence) {
        var prompt = sequence.prompt();
        var key = sequence.request().prefixKey();
        var kept = prefixes.longest(key, prompt).map(PrefixCache.Match::length).orElse(0);
        if (prompt.length < key.shortest() || kept >= prompt.length - 1 || !makeRoom(sequence.shared())) {
            return;
        }
        prefixes.keep(key, prompt, sequence.id()).ifPresent(entry -> {
            prefixes.use(entry);
            release(sequence);
            var rest = sequence.roomTokens() - prompt.length;
            reserved += rest;
            sequence.goOnFrom(entry, prompt.length, rest);
        });
    }

    /// Gives up what is reserved for a sequence.
    private void release(Sequence sequence) {
        reserved -= sequence.reserved();
        if (sequence.prefix() != null) {
            prefixes.release(sequence.prefix());
        }
    }

    private void leave(Sequence sequence) {
        decoder.remove(sequence.id());
        freeIds.add(sequence.id());
        sequence.branchIds().forEach(decoder::remove);
        freeBranches.addAll(sequence.branchIds());
        release(sequence);
        groups.get(sequence.request().adapter()).running.remove(sequence);
    }

    private List<Sequence> sequences(DecodeRequest request) {
        return groups.get(request.adapter()).running.stream()
                .filter(sequence -> sequence.request() == request)
                .toList();
    }

    private void fail(DecodeRequest request, Throwable failure) {
        for (var sequence : sequences(request)) {
            leave(sequence);
            sequence.close();
        }
        overfull = false;
        request.fail(failure);
        forgetDone(request);
    }

    /// Ends everything, after something that should not happen.
    void failAll(Throwable failure) {
        for (var group : List.copyOf(groups.values())) {
            List.copyOf(group.requests).forEach(request -> fail(request, failure));
        }
    }

    private void forgetDone(DecodeRequest request) {
        if (request.isDone()) {
            var group = groups.get(request.adapter());
            group.requests.remove(request);
            if (group.requests.isEmpty()) {
                groups.remove(group.adapter);
            }
        }
    }

    /// Remembers adapters whose scores were not finite, as many as were asked for latest. Tenants have entries of
    /// their own: how soon weights are refused tells none of them what another one tried. Belongs to the worker's
    /// thread.
    private static final class RefusedWeights {

        private static final int REMEMBERED = 1024;

        private final SequencedSet<Key> refused = new LinkedHashSet<>();

        /// Holds no adapter in memory.
        private record Key(String salt, String adapter, float scale) {}

        private static Key key(ScaledAdapter adapter, DecodeRequest request) {
            return new Key(request.wanted().salt(), adapter.adapter().id(), adapter.scale());
        }

        void add(DecodeRequest request) {
            request.adapter().ifPresent(adapter -> refused.addLast(key(adapter, request)));
            if (refused.size() > REMEMBERED) {
                refused.removeFirst();
            }
        }

        boolean contains(DecodeRequest request) {
            return request.adapter()
                    .filter(adapter -> refused.contains(key(adapter, request)))
                    .isPresent();
        }
    }
}
