package dev.icmlora.engine.worker;

import java.util.Arrays;
import java.util.List;

import dev.icmlora.engine.worker.AnswerListener.Delta;

/// One prompt and its answer on their way through a scheduler.
abstract sealed class Sequence permits WrittenSequence, LabelSequence {

    static final int NO_ID = -1;
    static final int NO_OUTPUT = -1;
    private static final long NOT_WAITING = -1;

    private final DecodeRequest request;
    private final int index;
    private final Decoder decoder;
    private final int promptLength;
    private int id = NO_ID;
    private long placement;
    private List<Integer> branchIds = List.of();
    private PrefixCache.Entry prefix;
    /// Tokens of its prefix that it goes on from.
    private int shared;
    private int reserved;
    private boolean gaveWay;
    private long waitsSince = NOT_WAITING;
    private int[] tokens;
    private int length;
    /// Tokens that the context has, or will have after the batch that is being made.
    private int position;
    private int positionBefore;
    private int output = NO_OUTPUT;
    /// The last output of the batch that is being made, if it has any.
    private int checked = NO_OUTPUT;

    /// @param index of the prompt in its request
    Sequence(DecodeRequest request, int index, Decoder decoder) {
        this.request = request;
        this.index = index;
        this.decoder = decoder;
        this.tokens = request.prompts().get(index);
        this.promptLength = tokens.length;
        this.length = tokens.length;
    }

    /// Begins a prompt's answer.
    ///
    /// @throws IllegalArgumentException if its sampling options cannot be used
    static Sequence of(DecodeRequest request, int index, Decoder decoder) {
        return switch (request.wanted()) {
            case Decoding decoding -> new WrittenSequence(request, index, decoding, decoder);
            case Choosing choosing -> LabelSequence.of(request, index, choosing, decoder);
            case Extracting extracting -> LabelSequence.of(request, index, extracting, decoder);
        };
    }

    /// Takes a place in the context.
    ///
    /// @param newId of the sequence in the context
    /// @param newPrefix what it goes on from, null for nothing
    /// @param newShared tokens of that
    /// @param cells that are kept free for the rest
    /// @param newPlacement those that get a place later have a higher one
    void place(int newId, PrefixCache.Entry newPrefix, int newShared, int cells, long newPlacement) {
        id = newId;
        placement = newPlacement;
        waitsSince = NOT_WAITING;
        prefix = newPrefix;
        shared = newShared;
        position = newShared;
        reserved = cells;
    }

    /// Gives its place up; it goes on elsewhere with a prefill of its prompt and of what it has of its answer.
    void displace() {
        id = NO_ID;
        branchIds = List.of();
        prefix = null;
        shared = 0;
        position = 0;
        reserved = 0;
    }

    /// It lost its place to others that grow, and is given one next where it need not again.
    void giveWay() {
        gaveWay = true;
    }

    boolean gaveWay() {
        return gaveWay;
    }

    boolean isPlaced() {
        return id != NO_ID;
    }

    boolean wasPlaced() {
        return placement > 0;
    }

    /// There is no room for it, and it is the first in line.
    ///
    /// @param latestPlacement those with a higher one have passed it
    void waits(long latestPlacement) {
        if (waitsSince == NOT_WAITING) {
            waitsSince = latestPlacement;
        }
    }

    /// Whether another one got its place while this one was the first in line.
    boolean wasPassedBy(Sequence other) {
        return other.placement > waitsSince;
    }

    /// From now on another prefix holds its prompt.
    void goOnFrom(PrefixCache.Entry newPrefix, int newShared, int cells) {
        prefix = newPrefix;
        shared = newShared;
        reserved = cells;
    }

    /// Adds what comes next, as much as fits. With an adapter, the scores of its last token are asked for even within
    /// a prompt: they tell whether what it reads is finite.
    ///
    /// @param most tokens of it
    void contribute(int most) {
        output = NO_OUTPUT;
        checked = NO_OUTPUT;
        positionBefore = position;
        var end = position + Math.min(Math.min(length - position, most), decoder.room());
        while (position < end) {
            var last = position == end - 1;
            var asked = last && (end == length || request.adapter().isPresent());
            var at = decoder.add(request.adapter(), tokens[position], position, new int[] {id}, asked);
            added(position, at);
            position++;
            if (asked) {
                checked = at;
                output = end == length ? at : NO_OUTPUT;
            }
        }
        request.batched(position - positionBefore);
    }

    /// A token of it was added to the batch.
    ///
    /// @param at what the decoder calls it
    void added(int token, int at) {}

    /// The batch was not computed.
    void takeBack() {
        request.batched(positionBefore - position);
        position = positionBefore;
        output = NO_OUTPUT;
        checked = NO_OUTPUT;
    }

    /// Whether the scores are finite that the decoded batch has of it.
    boolean isFinite() {
        return checked == NO_OUTPUT || decoder.areFinite(checked);
    }

    /// Takes what the decoded batch says of the answer.
    ///
    /// @return what the answer grew by
    abstract Delta advance();

    /// What follows its newest token, if the decoded batch holds that.
    int output() {
        return output;
    }

    /// Goes on from a token that was chosen.
    void append(int token) {
        if (length == tokens.length || length == promptLength) {
            tokens = Arrays.copyOf(tokens, Math.max(2 * length, 16));
        }
        tokens[length++] = token;
    }

    long placement() {
        return placement;
    }

    Decoder decoder() {
        return decoder;
    }

    DecodeRequest request() {
        return request;
    }

    int index() {
        return index;
    }

    int id() {
        return id;
    }

    PrefixCache.Entry prefix() {
        return prefix;
    }

    /// Cells of the memory that are kept for it, beside those of its prefix.
    int reserved() {
        return reserved;
    }

    /// Tokens that there is room for, with those of its prefix.
    int roomTokens() {
        return shared + reserved;
    }

    int shared() {
        return shared;
    }

    void grow(int cells) {
        reserved += cells;
    }

    /// Tokens that it is given room for, now that it is given some: all that it may come to have, or fewer.
    abstract int nextRoomTokens();

    /// Tokens that it has, read or not.
    int length() {
        return length;
    }

    /// Tokens that were read.
    int position() {
        return position;
    }

    /// Tokens that are still to be read.
    int unread() {
        return length - position;
    }

    /// Tokens that it may come to have.
    int mostTokens() {
        return promptLength + request.wanted().mostTokens();
    }

    int promptLength() {
        return promptLength;
    }

    int[] prompt() {
        return request.prompts().get(index);
    }

    /// What of its prompt need not be read where it was kept, and the token after that.
    int[] shareable() {
        return request.shareable(prompt());
    }

    /// Whether tokens other than the newest are still to be read.
    boolean isPrefilling() {
        return position < length - 1 || position < promptLength;
    }

    /// Whether it adds one token to a batch, and no more.
    abstract boolean isWriting();

    /// Tokens of the answer so far.
    int written() {
        return length - promptLength;
    }

    /// Tokens that were read of labels.
    int labelTokens() {
        return 0;
    }

    /// Branches that it needs beside its place.
    int branches() {
        return 0;
    }

    /// Takes branches, which are empty.
    void branch(List<Integer> ids) {
        branchIds = ids;
    }

    List<Integer> branchIds() {
        return branchIds;
    }

    abstract boolean ended();

    /// The answer once it ended.
    abstract Answer answer();

    /// Gives up what it has beside its place.
    void close() {}
}
