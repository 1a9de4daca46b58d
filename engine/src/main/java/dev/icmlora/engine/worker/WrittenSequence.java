package dev.icmlora.engine.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

import dev.icmlora.engine.worker.Answer.Finish;
import dev.icmlora.engine.worker.Answer.TokenLogprob;
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

    /// The text of an answer as its tokens arrive. Tokens are bytes: a character may span two of them, and so
    /// may a stop string.
    static final class AnswerText {

        private final List<byte[]> stops;
        private final int longestStop;
        private byte[] bytes = new byte[256];
        private int length;
        private int taken;

        AnswerText(List<String> stops) {
            this.stops = stops.stream().map(stop -> stop.getBytes(UTF_8)).toList();
            this.longestStop =
                    this.stops.stream().mapToInt(stop -> stop.length).max().orElse(0);
        }

        /// Adds a token's bytes.
        ///
        /// @return whether the text now ends before a stop string
        boolean append(byte[] piece) {
            var searchFrom = Math.max(0, length - longestStop + 1);
            if (length + piece.length > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + piece.length));
            }
            System.arraycopy(piece, 0, bytes, length, piece.length);
            length += piece.length;
            var stop = firstStop(searchFrom);
            if (stop >= 0) {
                length = stop;
            }
            return stop >= 0;
        }

        private int firstStop(int from) {
            for (var at = from; at < length; at++) {
                for (var stop : stops) {
                    if (at + stop.length <= length
                            && Arrays.equals(bytes, at, at + stop.length, stop, 0, stop.length)) {
                        return at;
                    }
                }
            }
            return -1;
        }

        /// The text so far, without the bytes of a character that is not complete.
        String text() {
            return decode(ByteBuffer.wrap(bytes, 0, length));
        }

        /// What was not taken yet of the text, short of what may turn out to begin a stop string. All takes
        /// together are the text.
        ///
        /// @param ended whether nothing follows any more
        String take(boolean ended) {
            var untaken = ByteBuffer.wrap(bytes, taken, Math.max(0, (ended ? length : length - heldBack()) - taken));
            var text = decode(untaken);
            taken = untaken.position();
            return text;
        }

        /// Bytes of the text so far.
        int length() {
            return length;
        }

        /// Bytes that were taken.
        int taken() {
            return taken;
        }

        /// Bytes at the end that a stop string begins with.
        private int heldBack() {
            for (var held = Math.min(length, longestStop - 1); held > 0; held--) {
                for (var stop : stops) {
                    if (held < stop.length && Arrays.equals(bytes, length - held, length, stop, 0, held)) {
                        return held;
                    }
                }
            }
            return 0;
        }

        /// Moves the position of the bytes past the last whole character.
        private static String decode(ByteBuffer utf8) {
            var decoder = UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE);
            var text = CharBuffer.allocate(utf8.remaining());
            decoder.decode(utf8, text, false);
            return text.flip().toString();
        }
    }
}
