package dev.icmlora.function.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/// A client that does not read its answers. If it sends request after request over one connection, it is not served on
/// until it reads, or its answers would pile up in memory. If for a while it takes what waits for it too slowly, its
/// connection is closed: the rest would stay in memory, and a download would keep its place.
@Singleton
final class Backpressure {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /// Bytes a second, while more of them wait.
    private static final int SLOWEST = 16 << 10;

    private final Duration patience;

    @Inject
    Backpressure() {
        this(PATIENCE);
    }

    /// @param patience how long a connection stays that takes too little
    Backpressure(Duration patience) {
        this.patience = patience;
    }

    void look(RoutingContext context) {
        watch(context.request().connection());
        waitForReader(context);
    }

    private static void waitForReader(RoutingContext context) {
        var request = context.request();
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

    private void watch(HttpConnection connection) {
        var channel = ((ConnectionBase) connection).channelHandlerContext().channel();
        if (channel.pipeline().get(Watch.class) == null) {
            new Watch(channel, patience).begin();
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
