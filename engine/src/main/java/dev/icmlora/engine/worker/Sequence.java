package dev.icmlora.engine.worker;

import java.util.Arrays;
import java.util.List;

/// One prompt and its answer on their way through a scheduler.
abstract sealed class Sequence permits WrittenSequence, LabelSequence {

    static final int NO_ID = -1;
    static final int NO_OUTPUT = -1;

    private final DecodeRequest request;
    private final int index;
    private final Decoder decoder;
    private final int promptLength;
    private int id = NO_ID;
    private long placement;
    private List<Integer> branchIds = List.of();
    private PrefixCache.Entry prefix;
    private int reserved;
    private int[] tokens;
    private int length;
    /// Tokens that the context has, or will have after the batch that is being made.
    private int position;
    private int positionBefore;
    private int output = NO_OUTPUT;

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
            case Choosing choosing -> new LabelSequence(request, index, choosing, decoder);
        };
    }

    /// Takes a place in the context.
    ///
    /// @param newId of the sequence in the context
    /// @param newPrefix what it goes on from, null for nothing
    /// @param shared tokens of that
    /// @param cells that are kept free for the rest
    /// @param newPlacement those that get a place later have a higher one
    void place(int newId, PrefixCache.Entry newPrefix, int shared, int cells, long newPlacement) {
        id = newId;
        placement = newPlacement;
        prefix = newPrefix;
        position = shared;
        reserved = cells;
    }

    /// Gives its place up; it goes on elsewhere with a prefill of its prompt and of what it has of its answer.
    void displace() {
        id = NO_ID;
        branchIds = List.of();
        prefix = null;
        position = 0;
        reserved = 0;
    }

    /// From now on another prefix holds its prompt.
    void goOnFrom(PrefixCache.Entry newPrefix, int cells) {
        prefix = newPrefix;
        reserved = cells;
    }

    /// Adds what comes next, as much as fits.
    void contribute() {
        output = NO_OUTPUT;
        positionBefore = position;
        while (position < length && decoder.room() > 0) {
            var last = position == length - 1;
            var at = decoder.add(request.adapter(), tokens[position], position, new int[] {id}, last);
            position++;
            if (last) {
                output = at;
            }
        }
        request.batched(position - positionBefore);
    }

    /// The batch was not computed.
    void takeBack() {
        request.batched(positionBefore - position);
        position = positionBefore;
        output = NO_OUTPUT;
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

    /// Branches that it needs beside its place.
    abstract int branches();

    /// Takes branches, which are empty.
    void branch(List<Integer> ids) {
        branchIds = ids;
    }

    /// The branches that it has.
    List<Integer> branchIds() {
        return branchIds;
    }

    abstract boolean ended();

    /// The answer once it ended.
    abstract Answer answer();

    abstract void close();
}
