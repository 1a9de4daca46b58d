package dev.icmlora.function.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/// A client that does not read its answers. If it sends request after request over one connection, it is not served on
/// until it reads, or its answers would pile up in memory. If it takes nothing of them for a while, its connection is
/// closed: what waits for it would stay in memory, and a download would keep its place.
@Singleton
final class Backpressure {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AttributeKey<Boolean> WATCHED = AttributeKey.valueOf(Backpressure.class, "watched");

    private final Duration patience;

    @Inject
    Backpressure() {
        this(PATIENCE);
    }

    /// @param patience how long a connection stays that takes nothing
    Backpressure(Duration patience) {
        this.patience = patience;
    }

    void look(RoutingContext context) {
        closeWhereNothingIsRead(context.request().connection());
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

    private void closeWhereNothingIsRead(HttpConnection connection) {
        var channel = ((ConnectionBase) connection).channelHandlerContext().channel();
        if (channel.attr(WATCHED).setIfAbsent(true) == null) {
            new Watch(channel, patience).begin();
        }
    }

    /// Looks whether what a connection has to send gets less.
    private static final class Watch {

        /// In the time of patience.
        private static final int LOOKS = 3;

        private final Channel channel;
        private final long pause;
        /// What is to be sent next, of which so many bytes are sent.
        private Object next;
        private long sent;
        private int unchanged;

        private Watch(Channel channel, Duration patience) {
            this.channel = channel;
            this.pause = patience.toMillis() / LOOKS;
        }

        private void begin() {
            var looks = channel.eventLoop().scheduleAtFixedRate(this::look, pause, pause, TimeUnit.MILLISECONDS);
            channel.closeFuture().addListener(_ -> looks.cancel(false));
        }

        private void look() {
            var queue = channel.unsafe().outboundBuffer();
            if (queue == null) {
                return;
            }
            var before = next;
            var sentBefore = sent;
            next = queue.current();
            sent = queue.currentProgress();
            unchanged = next != null && next == before && sent == sentBefore ? unchanged + 1 : 0;
            if (unchanged == LOOKS) {
                // At once: Vert.x would first send what is left, and so would the system.
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
                channel.unsafe().close(channel.voidPromise());
            }
        }
    }
}
