package dev.icmlora.function.http;

import java.io.IOException;
import java.io.OutputStream;

import jakarta.ws.rs.core.StreamingOutput;

/// The body of a reply that may be large: it is made while it is sent.
///
/// @param content writes the whole of it
/// @param range the part of it that is sent; null for all of it, where nothing says how long that is
record Download(StreamingOutput content, ByteRange range) {

    /// Writes what is to be sent. Content that goes on after it is not read to its end.
    void writeTo(OutputStream out) throws IOException {
        if (range == null) {
            content.write(out);
            return;
        }
        var part = new Part(out, range);
        try {
            content.write(part);
        } catch (IOException e) {
            if (!part.isDone()) {
                throw e;
            }
        }
    }

    private static final class Part extends OutputStream {

        private final OutputStream out;
        private long before;
        private long left;

        private Part(OutputStream out, ByteRange range) {
            this.out = out;
            this.before = range.from();
            this.left = range.bytes();
        }

        private boolean isDone() {
            return left == 0;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            var skipped = (int) Math.min(before, length);
            before -= skipped;
            var sent = (int) Math.min(left, length - skipped);
            out.write(bytes, offset + skipped, sent);
            left -= sent;
            if (sent < length - skipped) {
                throw new IOException("what is wanted is written");
            }
        }
    }
}
