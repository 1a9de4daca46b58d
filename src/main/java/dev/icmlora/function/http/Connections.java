package dev.icmlora.function.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
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
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/// Bounds what connections take in memory: their number, the headers of each head, and answers that a client does not
/// read. Vert.x bounds the bytes of a head alone, of which headers without a text take fifty times as many in memory.
@Singleton
final class Connections {

    /// What one takes at most, until its request is looked at: a head, and what was read with it.
    private static final int MOST_BYTES = 64 << 10;

    private static final int MOST_HEADERS = 100;

    /// What the system keeps of answers that a client has not taken yet. By itself it would keep megabytes where a
    /// proxy on the same machine takes them, and it would seem for a minute that nothing leaves.
    private static final int SENT_BYTES = 256 << 10;

    /// How long a connection stays whose client takes too little.
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /// Bytes a second, while more of them wait.
    private static final int SLOWEST = 16 << 10;

    private final VertxInternal vertx;
    private final Duration patience;
    private final int most = (int) Math.min(Runtime.getRuntime().maxMemory() / MOST_BYTES, Integer.MAX_VALUE);
    private final AtomicInteger open = new AtomicInteger();

    @Inject
    Connections(Vertx vertx) {
        this(vertx, PATIENCE);
    }

    /// @param patience in place of [#PATIENCE]
    Connections(Vertx vertx, Duration patience) {
        this.vertx = (VertxInternal) vertx;
        this.patience = patience;
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

    /// Serves a client's next request when it reads: its answers would pile up in memory. If for a while it takes
    /// what waits for it too slowly, its connection is closed: the rest would stay in memory, and a download would
    /// keep its place.
    void serve(RoutingContext context) {
        var request = context.request();
        var channel =
                ((ConnectionBase) request.connection()).channelHandlerContext().channel();
        if (channel.pipeline().get(Watch.class) == null) {
            new Watch(channel, patience).begin();
        }
        var response = context.response();
        if (!response.writeQueueFull()) {
            context.next();
            return;
        }
        request.pause();
        response.drainHandler(drained -> {
            response.drainHandler(null);
            request.resume();
            context.next();
        });
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

    /// Counts what leaves a connection, while something waits to.
    private static final class Watch extends ChannelOutboundHandlerAdapter {

        /// In the time of patience.
        private static final int LOOKS = 3;

        private final Channel channel;
        private final long pause;
        private final long least;
        /// In bytes, of all messages that left whole.
        private long sent;
        /// What had left at each of the last looks.
        private final long[] before = new long[LOOKS];
        /// Looks in a row at which something waited.
        private int waited;

        private Watch(Channel channel, Duration patience) {
            this.channel = channel;
            this.pause = patience.toMillis() / LOOKS;
            this.least = SLOWEST * patience.toMillis() / Duration.ofSeconds(1).toMillis();
        }

        private void begin() {
            channel.pipeline().addFirst(this);
            var looks = channel.eventLoop().scheduleAtFixedRate(this::look, pause, pause, TimeUnit.MILLISECONDS);
            channel.closeFuture().addListener(_ -> looks.cancel(false));
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            var bytes = switch (message) {
                case ByteBuf buffer -> buffer.readableBytes();
                case FileRegion file -> file.count();
                default -> 0;
            };
            context.write(message, promise.unvoid().addListener(_ -> sent += bytes));
        }

        private void look() {
            var queue = channel.unsafe().outboundBuffer();
            if (queue == null || queue.current() == null) {
                waited = 0;
                return;
            }
            var left = sent + queue.currentProgress();
            if (waited >= LOOKS && left - before[waited % LOOKS] < least) {
                // At once: Vert.x would first send what is left, and so would the system.
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
                channel.unsafe().close(channel.voidPromise());
            }
            before[waited % LOOKS] = left;
            waited++;
        }
    }
}
