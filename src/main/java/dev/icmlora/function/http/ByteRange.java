package dev.icmlora.function.http;

import java.util.Optional;
import java.util.regex.Pattern;

/// A part of a file that a client asks for with a `Range` header (RFC 9110, section 14).
///
/// @param from first byte
/// @param to last byte; before `from` if the file has no such part
record ByteRange(long from, long to) {

    private static final Pattern SINGLE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    /// @return empty where the whole file is to be sent: for several ranges, other units and what is
    /// malformed
    static Optional<ByteRange> of(String header, long length) {
        var range = header == null ? null : SINGLE.matcher(header.replace(" ", ""));
        if (range == null || !range.matches() || header.equals("bytes=-")) {
            return Optional.empty();
        }
        if (range.group(1).isEmpty()) {
            return range.group(2).isEmpty()
                    ? Optional.empty()
                    : Optional.of(last(Math.min(length, Long.parseLong(range.group(2))), length));
        }
        var from = Long.parseLong(range.group(1));
        var to = range.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(range.group(2));
        if (to < from) {
            return Optional.empty();
        }
        return Optional.of(new ByteRange(Math.min(from, length), Math.min(to, length - 1)));
    }

    private static ByteRange last(long count, long length) {
        return new ByteRange(length - count, length - 1);
    }

    /// How many it has: 0 if the file has no such part.
    long bytes() {
        return Math.max(0, to - from + 1);
    }
}
