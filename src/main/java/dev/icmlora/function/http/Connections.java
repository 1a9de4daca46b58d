package dev.icmlora.function.http;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.quarkus.vertx.http.HttpServerStart;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpUtils;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import io.vertx.core.impl.VertxInternal;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;

/// Bounds what connections take in memory before a request is looked at: their number, and the headers of each head.
/// Vert.x bounds the bytes of a head alone, of which headers without a text take fifty times as many in memory.
@Singleton
final class Connections {

    /// What one takes at most, until its request is looked at: a head, and what was read with it.
    private static final int MOST_BYTES = 64 << 10;

    private static final int MOST_HEADERS = 100;

    /// What the system keeps of answers that a client has not taken yet. By itself it would keep megabytes where a
    /// proxy on the same machine takes them, and to [Backpressure] it would seem for a minute that nothing leaves.
    private static final int SENT_BYTES = 256 << 10;

    private final VertxInternal vertx;
    private final int most = (int) Math.min(Runtime.getRuntime().maxMemory() / MOST_BYTES, Integer.MAX_VALUE);
    private final AtomicInteger open = new AtomicInteger();

    Connections(Vertx vertx) {
        this.vertx = (VertxInternal) vertx;
    }

    void listening(@ObservesAsync HttpServerStart server) {
        for (var loop : vertx.getAcceptorEventLoopGroup()) {
            loop.execute(() -> ((SingleThreadEventLoop) loop)
                    .registeredChannelsIterator()
                    .forEachRemaining(channel -> {
                        if (channel instanceof ServerChannel
                                && channel.pipeline().get(Accepted.class) == null) {
                            channel.pipeline().addFirst(new Accepted(new FirstBytes(server.options())));
                        }
                    }));
        }
    }

    /// Counts the connections that a channel accepts: they are what it reads.
    private final class Accepted extends ChannelInboundHandlerAdapter {

        private final FirstBytes firstBytes;

        private Accepted(FirstBytes firstBytes) {
            this.firstBytes = firstBytes;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var connection = (Channel) message;
            if (open.incrementAndGet() > most) {
                open.decrementAndGet();
                connection.unsafe().closeForcibly();
                return;
            }
            connection.closeFuture().addListener(_ -> open.decrementAndGet());
            connection.config().setOption(ChannelOption.SO_SNDBUF, SENT_BYTES);
            connection.pipeline().addFirst(firstBytes);
            context.fireChannelRead(connection);
        }
    }

    /// Has the heads of a connection read with bounds, if it is one without TLS: what decodes them is there by now.
    @Sharable
    private static final class FirstBytes extends ChannelInboundHandlerAdapter {

        private final HttpServerOptions options;

        private FirstBytes(HttpServerOptions options) {
            this.options = options;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var pipeline = context.pipeline();
            if (pipeline.get(VertxHttpRequestDecoder.class) != null) {
                pipeline.replace(VertxHttpRequestDecoder.class, "httpDecoder", new BoundedHeads(options));
            }
            pipeline.remove(this);
            context.fireChannelRead(message);
        }
    }

    /// As Vert.x decodes requests, but with so many headers and trailers at most.
    private static final class BoundedHeads extends HttpRequestDecoder {

        private BoundedHeads(HttpServerOptions options) {
            super(new HttpDecoderConfig()
                    .setMaxInitialLineLength(options.getMaxInitialLineLength())
                    .setMaxHeaderSize(options.getMaxHeaderSize())
                    .setMaxChunkSize(options.getMaxChunkSize())
                    .setInitialBufferSize(options.getDecoderInitialBufferSize())
                    .setTrailersFactory(new BoundedTrailers()));
        }

        @Override
        protected HttpMessage createMessage(String[] line) {
            var headers = new HeadersMultiMap(new Count());
            return new DefaultHttpRequest(HttpVersion.valueOf(line[2]), HttpMethod.valueOf(line[0]), line[1], headers);
        }
    }

    private static final class BoundedTrailers implements HttpHeadersFactory {

        @Override
        public HttpHeaders newHeaders() {
            return new HeadersMultiMap(new Count());
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return DefaultHttpHeadersFactory.trailersFactory().newEmptyHeaders();
        }
    }

    /// Counts the headers of one head. The decoder passes on what it throws as the head's failure, which is a 431.
    private static final class Count implements BiConsumer<CharSequence, CharSequence> {

        private int headers;

        @Override
        public void accept(CharSequence name, CharSequence value) {
            HttpUtils.validateHeader(name, value);
            if (++headers > MOST_HEADERS) {
                throw new TooLongHttpHeaderException("more than " + MOST_HEADERS + " headers");
            }
        }
    }
}
