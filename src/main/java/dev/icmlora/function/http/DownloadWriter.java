package dev.icmlora.function.http;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.concurrent.CompletionException;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/// Sends a [Download] in pieces, each when the one before has left: a client that does not read costs one piece. The
/// thread waits meanwhile, so it is a virtual one, and [Backpressure] ends the waiting.
@Provider
public final class DownloadWriter implements ServerMessageBodyWriter<Download> {

    /// In bytes.
    private static final int PIECE = 32 << 10;

    @Override
    public boolean isWriteable(
            Class<?> type, Type genericType, ResteasyReactiveResourceInfo target, MediaType mediaType) {
        return type == Download.class;
    }

    @Override
    public boolean isWriteable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return type == Download.class;
    }

    @Override
    public void writeTo(
            Download download,
            Class<?> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, Object> headers,
            OutputStream out)
            throws IOException {
        download.writeTo(out);
    }

    @Override
    public void writeResponse(Download download, Type genericType, ServerRequestContext context) throws IOException {
        var response = context.serverResponse();
        var pieces = new Pieces(response, download.range());
        try {
            download.writeTo(pieces);
            pieces.end();
        } catch (IOException | RuntimeException e) {
            if (pieces.hasClientLeft) {
                return;
            }
            if (response.headWritten()) {
                // The client sees that something is missing.
                response.reset();
            } else {
                // It would be that of what is said of the failure.
                response.removeResponseHeader(HttpHeaders.CONTENT_LENGTH);
            }
            throw e;
        }
    }

    private static final class Pieces extends OutputStream {

        private final ServerHttpResponse response;
        private final byte[] piece = new byte[PIECE];
        private int filled;
        private boolean hasClientLeft;

        private Pieces(ServerHttpResponse response, ByteRange range) {
            this.response = response;
            if (range != null) {
                sayLength(range.bytes());
            }
        }

        private void sayLength(long bytes) {
            response.setResponseHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(bytes));
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (var written = 0; written < length; ) {
                if (filled == PIECE) {
                    if (!hasLength()) {
                        response.setChunked(true);
                    }
                    send();
                }
                var count = Math.min(length - written, PIECE - filled);
                System.arraycopy(bytes, offset + written, piece, filled, count);
                filled += count;
                written += count;
            }
        }

        private boolean hasLength() {
            return response.headWritten() || response.getResponseHeader(HttpHeaders.CONTENT_LENGTH) != null;
        }

        private void send() throws IOException {
            if (response.closed()) {
                throw left("its connection is closed");
            }
            try {
                response.write(Arrays.copyOf(piece, filled))
                        .toCompletableFuture()
                        .join();
            } catch (CompletionException e) {
                throw left(e.getCause().getMessage());
            }
            filled = 0;
        }

        private IOException left(String how) {
            hasClientLeft = true;
            return new IOException("the client has left: " + how);
        }

        private void end() throws IOException {
            if (!hasLength()) {
                sayLength(filled);
            }
            send();
            response.end();
        }
    }
}
