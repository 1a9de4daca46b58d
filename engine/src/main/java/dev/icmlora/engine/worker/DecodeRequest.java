package dev.icmlora.engine.worker;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.EngineObserver.Observed;
import dev.icmlora.engine.request.Spent;
import dev.icmlora.engine.worker.Worker.Answers;

/// The answers that one request wants from one adapter. Made by the request's thread, then the
/// worker's.
final class DecodeRequest {

    /// Tokens of a prompt from which on it is not read again. What goes on from a kept prompt differs in rounding from
    /// what does not, so that a short one is asked twice alike.
    private static final int LEAST_KEPT = 16;
    /// The same of many texts that begin alike, and where hidden states are wanted, which are of many too.
    private static final int LEAST_KEPT_OF_MANY = 8;
    private static final int MANY = 16;

    private final Optional<ScaledAdapter> adapter;
    private final List<int[]> prompts;
    private final Wanted wanted;
    private final Cancellation cancellation;
    private final Observed observed;
    private final CompletableFuture<Answers> done = new CompletableFuture<>();
    private final Answer[] answers;
    /// Sequences that wait for a place: those that lost theirs, and one that may be new.
    private final Deque<Sequence> displaced = new ArrayDeque<>();
    private long number;
    private int started;
    private int ended;
    private int running;
    private boolean suspect;
    private int batched;
    private int labelTokens;
    private long applyNanos;
    private long promptNanos;
    private long decodeNanos;

    /// @throws IllegalArgumentException if there is no prompt, or one has no tokens: nothing would be decoded
    DecodeRequest(
            Optional<ScaledAdapter> adapter,
            List<int[]> prompts,
            Wanted wanted,
            Cancellation cancellation,
            Observed observed) {
        if (prompts.isEmpty() || prompts.stream().anyMatch(prompt -> prompt.length == 0)) {
            throw new IllegalArgumentException("there is no prompt, or one has no tokens");
        }
        this.adapter = adapter;
        this.prompts = prompts;
        this.wanted = wanted;
        this.cancellation = cancellation;
        this.observed = observed;
        this.answers = new Answer[prompts.size()];
    }

    Optional<ScaledAdapter> adapter() {
        return adapter;
    }

    /// What its prompts are cached under.
    PrefixCache.Key prefixKey() {
        return new PrefixCache.Key(adapter, wanted.salt(), leastKept(prompts, wanted));
    }

    static int leastKept(List<int[]> prompts, Wanted wanted) {
        var areMany = prompts.size() >= MANY || wanted.statesFrom() != Wanted.NO_STATES;
        return areMany ? LEAST_KEPT_OF_MANY : LEAST_KEPT;
    }

    List<int[]> prompts() {
        return prompts;
    }

    Wanted wanted() {
        return wanted;
    }

    Cancellation cancellation() {
        return cancellation;
    }

    /// Who watches it.
    Observed observed() {
        return observed;
    }

    CompletableFuture<Answers> done() {
        return done;
    }

    /// Those that came later have a higher one.
    long number() {
        return number;
    }

    void number(long newNumber) {
        number = newNumber;
    }

    /// Sequences that are being decoded.
    int running() {
        return running;
    }

    /// Whether its weights may be what made scores that are not finite.
    boolean isSuspect() {
        return suspect;
    }

    void suspect(boolean newSuspect) {
        suspect = newSuspect;
    }

    /// Whether sequences of it had a place, and wait for another one.
    boolean hasDisplaced() {
        return displaced.stream().anyMatch(Sequence::wasPlaced);
    }

    boolean hasMore() {
        return !displaced.isEmpty() || started < prompts.size();
    }

    /// Whether nothing was decoded for it yet.
    boolean isNew() {
        return promptNanos == 0;
    }

    /// What of the prompt of [#next] need not be read where it was kept, and the token after that.
    int[] nextShareable() {
        return shareable(
                displaced.isEmpty() ? prompts.get(started) : displaced.element().prompt());
    }

    /// Hidden states are those of tokens that are read.
    int[] shareable(int[] prompt) {
        var from = wanted.statesFrom();
        return from != Wanted.NO_STATES && from < prompt.length ? Arrays.copyOf(prompt, from + 1) : prompt;
    }

    /// The sequence that starts or goes on next, which may still be refused a place.
    ///
    /// @throws IllegalArgumentException if its sampling options cannot be used
    Sequence next(Decoder decoder) {
        if (displaced.isEmpty()) {
            displaced.add(Sequence.of(this, started++, decoder));
        }
        return displaced.element();
    }

    void placed() {
        displaced.remove();
        running++;
    }

    void displaced(Sequence sequence) {
        displaced.add(sequence);
        running--;
    }

    void ended(Sequence sequence) {
        running--;
        ended++;
        answers[sequence.index()] = sequence.answer();
        labelTokens += sequence.labelTokens();
        if (ended == prompts.size()) {
            var written = Arrays.stream(answers).mapToInt(Answer::tokens).sum();
            var read = promptTokens();
            observed.computed(read + written);
            done.complete(new Answers(
                    List.of(answers), Spent.answering(applyNanos, promptNanos, decodeNanos, read, written)));
        }
    }

    boolean isDone() {
        return done.isDone();
    }

    void fail(Throwable failure) {
        displaced.forEach(Sequence::close);
        displaced.clear();
        if (!isDone()) {
            observed.computed(batched);
            done.completeExceptionally(failure);
        }
    }

    /// Counts tokens that were put into a batch for it, or taken back.
    void batched(int tokens) {
        batched += tokens;
    }

    void applied(long nanos) {
        applyNanos += nanos;
    }

    void decoded(boolean readPrompt, long nanos) {
        if (readPrompt) {
            promptNanos += nanos;
        } else {
            decodeNanos += nanos;
        }
    }

    /// What prompts begin with in common counts once, whatever was kept from before: the same request is
    /// always counted the same. What is read of labels counts after each prompt.
    private int promptTokens() {
        return Pace.tokens(prompts) + labelTokens;
    }
}
