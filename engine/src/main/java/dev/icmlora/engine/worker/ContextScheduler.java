package dev.icmlora.engine.worker;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.ggml.NativeException;
import dev.icmlora.llama.DecodeException;
import dev.icmlora.llama.DecodeException.Reason;
import dev.icmlora.llama.ScoresNotFiniteException;

/// One context of a worker and all that is decoded in it: who has a place, who waits for one, who shares a batch.
///
/// Requests with the same adapter form a group. A batch holds sequences of one group, or of several where a bank gives
/// each its LoRA slot. They join and leave at any token. Every sequence is given a place only when the memory has room
/// for all it may come to hold, beside what is reserved for others, so that the memory never runs out under it.
///
/// Weights that are too large make keys and values that are not finite, and these spoil the scores of others in the
/// same
/// memory. It is wiped then, and each of those whose scores are not finite goes on alone, so that only the one with the
/// weights fails.
///
/// Belongs to the worker's thread.
public final class ContextScheduler {

    private static final Logger LOG = System.getLogger(ContextScheduler.class.getName());

    private final Comparator<DecodeRequest> fewestPlaces = Comparator.<DecodeRequest>comparingInt(this::placesOfGroup)
            .thenComparingInt(DecodeRequest::running)
            .thenComparingLong(DecodeRequest::number);

    private final Decoder decoder;
    private final int cells;
    private final PrefixCache prefixes;
    private final Map<Optional<ScaledAdapter>, Group> groups = new LinkedHashMap<>();
    private final Deque<Integer> freeIds = new ArrayDeque<>();
    private final Deque<Integer> freeBranches = new ArrayDeque<>();
    private int reserved;
    private long arrived;
    private long placements;
    /// The memory had less room than was reckoned: nobody gets a place until somebody leaves.
    private boolean overfull;
    /// Scores of the last batch were not finite: nothing in the memory can be relied upon.
    private boolean spoilt;

    /// @param decoder of a context with room for `sequences + cached + branches` sequences
    /// @param sequences that are decoded side by side
    /// @param cached prefixes that are kept for later requests
    /// @param branches that labels are read in, side by side: [Labels#BRANCHES], or none where no labels are wanted
    /// @param cells tokens that the context's memory holds
    public ContextScheduler(Decoder decoder, int sequences, int cached, int branches, int cells) {
        this.decoder = decoder;
        this.cells = cells;
        this.prefixes = new PrefixCache(decoder, sequences, cached);
        for (var id = 0; id < sequences; id++) {
            freeIds.add(id);
        }
        for (var id = 0; id < branches; id++) {
            freeBranches.add(sequences + cached + id);
        }
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

    /// Ends what nobody waits for any more.
    void dropCancelled() {
        for (var group : List.copyOf(groups.values())) {
            for (var request : List.copyOf(group.requests)) {
                if (request.cancellation().isRequested()) {
                    fail(request, new CancelledException());
                }
            }
        }
    }

    /// Gives places to those who wait: first to the group that has fewest, in it to the request that has
    /// fewest, and to the one that came first. If that one does not fit, or is to be alone, nobody else gets
    /// a place before it.
    void admit() {
        while (!freeIds.isEmpty() && !overfull) {
            var next = groups.values().stream()
                    .flatMap(group -> group.requests.stream())
                    .filter(DecodeRequest::hasMore)
                    .filter(this::needNotWait)
                    .min(fewestPlaces);
            if (next.isEmpty() || !toleratesOthers(next.get()) || !place(next.get())) {
                return;
            }
        }
    }

    private boolean toleratesOthers(DecodeRequest request) {
        return running()
                .map(Sequence::request)
                .filter(other -> other != request)
                .noneMatch(other -> other.isAlone() || request.isAlone());
    }

    private Stream<Sequence> running() {
        return groups.values().stream().flatMap(group -> group.running.stream());
    }

    private int placesOfGroup(DecodeRequest request) {
        return groups.get(request.adapter()).running.size();
    }

    /// Whether nobody is just prefilling what this one could go on from in a moment.
    private boolean needNotWait(DecodeRequest request) {
        var group = groups.get(request.adapter());
        var prompt = request.nextPrompt();
        var key = request.prefixKey();
        var kept = prefixes.longest(key, prompt).map(PrefixCache.Match::length).orElse(0);
        return group.running.stream()
                .filter(other ->
                        other.isPrefilling() && other.request().prefixKey().equals(key))
                .allMatch(other -> PrefixCache.common(other.prompt(), prompt) < kept + PrefixCache.SHORTEST);
    }

    /// @return false if there is no room for it yet
    private boolean place(DecodeRequest request) {
        try {
            return place(request.next(decoder));
        } catch (RuntimeException e) {
            // Such as a grammar that does not parse.
            fail(request, e);
            return true;
        }
    }

    private boolean place(Sequence sequence) {
        if (sequence.branches() > freeBranches.size()) {
            return false;
        }
        var match = prefixes.longest(sequence.request().prefixKey(), sequence.prompt());
        if (match.isPresent()) {
            var entry = match.get().entry();
            var shared = match.get().length();
            prefixes.use(entry);
            if (makeRoom(sequence.mostTokens() - shared)) {
                decoder.copy(entry.id(), place(sequence, entry, shared), shared);
                return true;
            }
            // A long prompt is cached as a whole: it may take the room of what would go on from its beginning.
            prefixes.release(entry);
        }
        if (!makeRoom(sequence.mostTokens())) {
            return false;
        }
        place(sequence, null, 0);
        return true;
    }

    /// @return its id in the context's memory
    private int place(Sequence sequence, PrefixCache.Entry entry, int shared) {
        var id = freeIds.remove();
        var need = sequence.mostTokens() - shared;
        sequence.place(id, entry, shared, need, ++placements);
        sequence.branch(
                Stream.generate(freeBranches::remove).limit(sequence.branches()).toList());
        reserved += need;
        sequence.request().placed();
        groups.get(sequence.request().adapter()).running.add(sequence);
        return id;
    }

    /// Sees to it that so many cells are free, at the cost of cached prefixes. Where that would not be enough, nothing
    /// is dropped.
    boolean makeRoom(int need) {
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
    /// fits of the prompts of those that prefill and of labels.
    ///
    /// @return false if the computation failed
    boolean step(List<Group> batch) {
        decoder.begin();
        var running = batch.stream().flatMap(group -> group.running.stream()).toList();
        var prefilling = running.stream().filter(Sequence::isPrefilling).toList();
        var writing = running.stream().collect(Collectors.partitioningBy(Sequence::isWriting));
        writing.get(true).forEach(Sequence::contribute);
        // Whatever its adapter, the one that got its place first: the labels of those that come and go could else take
        // all outputs that a batch may have.
        writing.get(false).stream()
                .sorted(Comparator.comparingLong(Sequence::placement))
                .forEach(Sequence::contribute);
        var requests = running.stream().map(Sequence::request).distinct().toList();
        var reading = prefilling.stream().map(Sequence::request).distinct().toList();
        var start = System.nanoTime();
        try {
            decoder.decode();
        } catch (NativeException e) {
            recover(running, requests, e);
            return !Worker.isFatal(e);
        }
        var nanos = System.nanoTime() - start;
        requests.forEach(request -> request.decoded(reading.contains(request), nanos));
        running.forEach(this::advance);
        if (spoilt) {
            wipe();
        }
        return true;
    }

    /// Everybody who has a place begins anew with an empty memory, and goes on where he was.
    private void wipe() {
        running().toList().forEach(this::displace);
        prefixes.dropAll();
        decoder.wipe();
        overfull = false;
        spoilt = false;
    }

    /// A failure costs the requests of this batch their answers, and nobody else anything. Without room in
    /// the memory, which should not happen, the youngest request gives up its places and waits.
    private void recover(List<Sequence> running, List<DecodeRequest> requests, NativeException failure) {
        if (failure instanceof DecodeException full && full.reason() == Reason.NO_KV_SPACE) {
            running.forEach(Sequence::takeBack);
            if (prefixes.dropOldest() || displaceYoungest()) {
                return;
            }
        }
        LOG.log(
                Level.ERROR,
                () -> "A batch of %d requests failed: %s".formatted(requests.size(), failure.getMessage()));
        requests.forEach(request -> fail(request, failure));
    }

    /// @return false if there is only one request with places
    private boolean displaceYoungest() {
        var running = groups.values().stream()
                .flatMap(group -> group.requests.stream())
                .filter(request -> request.running() > 0)
                .sorted(Comparator.comparingLong(DecodeRequest::number))
                .toList();
        if (running.size() < 2) {
            return false;
        }
        var youngest = running.getLast();
        sequences(youngest).forEach(this::displace);
        overfull = true;
        return true;
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
        } catch (ScoresNotFiniteException e) {
            spoilt = true;
            if (request.isAlone()) {
                fail(request, e);
            } else {
                // It may have done this, or a neighbour.
                request.goOnAlone();
            }
            return;
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
        var shared = sequence.mostTokens() - sequence.reserved();
        if (prompt.length < PrefixCache.SHORTEST || shared >= prompt.length - 1 || !makeRoom(shared)) {
            return;
        }
        prefixes.keep(sequence.request().prefixKey(), prompt, sequence.id()).ifPresent(entry -> {
            prefixes.use(entry);
            release(sequence);
            var rest = sequence.mostTokens() - prompt.length;
            reserved += rest;
            sequence.goOnFrom(entry, rest);
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
}
