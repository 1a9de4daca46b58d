package dev.icmlora.engine.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import java.util.List;

/// The text of an answer as its tokens arrive. Tokens are bytes: a character may span two of them, and so
/// may a stop string.
final class AnswerText {

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
                if (at + stop.length <= length && Arrays.equals(bytes, at, at + stop.length, stop, 0, stop.length)) {
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
