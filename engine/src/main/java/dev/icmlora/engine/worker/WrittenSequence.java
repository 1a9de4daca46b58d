package dev.icmlora.engine.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

import dev.icmlora.engine.worker.Answer.Finish;
import dev.icmlora.engine.worker.AnswerListener.Delta;

/// An answer that is written token by token.
final class WrittenSequence extends Sequence {

    /// Tokens that an answer is given room for at a time.
    static final int GROWTH = 64;

    private final Decoding decoding;
    private final Decoder.Chooser chooser;
    private final AnswerText answer;
    private final List<Scored> scored = new ArrayList<>();
    /// Log-probability of the whole answer, with its end.
    private double logprob;
    private int reported;
    private Finish finish;

    /// @throws IllegalArgumentException if the sampling options cannot be used
    WrittenSequence(DecodeRequest request, int index, Decoding decoding, Decoder decoder) {
        super(request, index, decoder);
        this.decoding = decoding;
        var options = decoding.sampling();
        this.chooser = decoder.chooser(options.withSeed(options.seed() + index));
        this.answer = new AnswerText(decoding.stops());
    }

    /// @param start byte of the answer at which the token begins
    private record Scored(int start, TokenLogprob logprob) {}

    @Override
    Delta advance() {
        if (output() == NO_OUTPUT) {
            return delta();
        }
        var token = chooser.next(output());
        var ends = decoder().ends(token) && !decoding.ignoresEnd();
        decoding.topLogprobs().ifPresent(top -> score(token, ends, top));
        if (ends) {
            finish = Finish.STOP;
            return delta();
        }
        append(token);
        if (answer.append(decoder().piece(token))) {
            finish = Finish.STOP;
        } else if (written() == decoding.maxTokens()) {
            finish = Finish.LENGTH;
        }
        return delta();
    }

    private void score(int token, boolean ends, int top) {
        var found = decoder().logprob(token, output(), top);
        logprob += found.logprob();
        if (!ends) {
            scored.add(new Scored(answer.length(), found));
        }
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

    @Override
    int nextRoomTokens() {
        return gaveWay() ? mostTokens() : Math.min(mostTokens(), length() + GROWTH);
    }

    @Override
    boolean isWriting() {
        return !isPrefilling();
    }

    @Override
    boolean ended() {
        return finish != null;
    }

    @Override
    Answer answer() {
        var probability =
                decoding.topLogprobs().isPresent() ? OptionalDouble.of(Math.exp(logprob)) : OptionalDouble.empty();
        return new Answer(answer.text(), finish, written(), logprobs(0, reported), probability, Map.of());
    }

    @Override
    void close() {
        chooser.close();
    }
}
