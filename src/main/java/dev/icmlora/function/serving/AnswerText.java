package dev.icmlora.function.serving;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import java.util.List;

/// The text of an answer as its tokens arrive. Tokens are bytes: a character may span two of them, and so may a stop
/// string.
final class AnswerText {

    private final List<byte[]> stops;
    private final int longestStop;
    private byte[] bytes = new byte[256];
    private int length;

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
        var decoder = UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        var text = CharBuffer.allocate(length);
        decoder.decode(ByteBuffer.wrap(bytes, 0, length), text, false);
        return text.flip().toString();
    }
}
