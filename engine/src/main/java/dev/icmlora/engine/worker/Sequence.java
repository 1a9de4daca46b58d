package dev.icmlora.engine.worker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One prompt and its answer on their way through a scheduler.
final class Sequence {

    static final int NO_ID = -1;
    private static final int NO_OUTPUT = -1;

    private final DecodeRequest request;
    private final int index;
    private final int promptLength;
    private final Decoding decoding;
    private final Decoder decoder;
    private final Decoder.Chooser chooser;
    private final AnswerText answer;
    private final List<Scored> scored = new ArrayList<>();
    private int id = NO_ID;
    private PrefixCache.Entry prefix;
    private int reserved;
    private int[] tokens;
    private int length;
    /// Tokens that the context has, or will have after the batch that is being made.
    private int position;
    private int positionBefore;
    private int output = NO_OUTPUT;
    private int reported;
    private Finish finish;

    /// @param index of the prompt in its request
    Sequence(DecodeRequest request, int index, Decoder decoder) {
        this.request = request;
        this.index = index;
        this.decoding = request.decoding();
        this.decoder = decoder;
        var options = decoding.sampling();
        this.chooser = decoder.chooser(options.withSeed(options.seed() + index));
        this.answer = new AnswerText(decoding.stops());
        this.tokens = request.prompts().get(index);
        this.promptLength = tokens.length;
        this.length = tokens.length;
    }

    /// Takes a place in the context.
    ///
    /// @param newId of the sequence in the context
    /// @param newPrefix what it goes on from, null for nothing
    /// @param shared tokens of that
    /// @param cells that are kept free for the rest
    void place(int newId, PrefixCache.Entry newPrefix, int shared, int cells) {
        id = newId;
        prefix = newPrefix;
        position = shared;
        reserved = cells;
    }

    /// Gives its place up; it goes on elsewhere with a prefill of its prompt and of what it has of its answer.
    void displace() {
        id = NO_ID;
        prefix = null;
        position = 0;
        reserved = 0;
    }

    /// From now on another prefix holds its prompt.
    void goOnFrom(PrefixCache.Entry newPrefix, int cells) {
        prefix = newPrefix;
        reserved = cells;
    }

    /// Adds what comes next, as much as fits: the newest token of the answer, or a piece of the prompt.
    void contribute() {
        output = NO_OUTPUT;
        positionBefore = position;
        while (position < length && decoder.room() > 0) {
            var last = position == length - 1;
            var at = decoder.add(request.adapter(), tokens[position], position, id, last);
            position++;
            if (last) {
                output = at;
            }
        }
    }

    /// The batch was not computed.
    void takeBack() {
        position = positionBefore;
        output = NO_OUTPUT;
    }

    /// Takes the next token of the answer, if the decoded batch holds this sequence's output.
    ///
    /// @return what the answer grew by
    Delta advance() {
        if (output == NO_OUTPUT) {
            return delta();
        }
        var token = chooser.next(output);
        if (decoder.ends(token) && !decoding.ignoresEnd()) {
            finish = Finish.STOP;
            return delta();
        }
        append(token);
        decoding.topLogprobs()
                .ifPresent(top -> scored.add(new Scored(answer.length(), decoder.logprob(token, output, top))));
        if (answer.append(decoder.piece(token))) {
            finish = Finish.STOP;
        } else if (written() == decoding.maxTokens()) {
            finish = Finish.LENGTH;
        }
        return delta();
    }

    private void append(int token) {
        if (length == tokens.length || length == promptLength) {
            tokens = Arrays.copyOf(tokens, Math.max(2 * length, 16));
        }
        tokens[length++] = token;
    }

    private Delta delta() {
        var text = answer.take(ended());
        var from = reported;
        while (reported < scored.size() && scored.get(reported).start < answer.taken()) {
            reported++;
        }
        return new Delta(text, logprobs(from, reported));
    }

    private List<TokenLogprob> logprobs(int from, int to) {
        return scored.subList(from, to).stream().map(Scored::logprob).toList();
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
        return promptLength + decoding.maxTokens();
    }

    int[] prompt() {
        return request.prompts().get(index);
    }

    /// Whether tokens other than the newest are still to be read.
    boolean isPrefilling() {
        return position < length - 1 || position < promptLength;
    }

    private int written() {
        return length - promptLength;
    }

    boolean ended() {
        return finish != null;
    }

    /// The answer once it ended.
    Answer answer() {
        return new Answer(answer.text(), finish, written(), logprobs(0, reported));
    }

    void close() {
        chooser.close();
    }

    /// @param start byte of the answer at which the token begins
    private record Scored(int start, TokenLogprob logprob) {}
}
