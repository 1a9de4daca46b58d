package dev.icmlora.function.http;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/// As on a network: between two sockets of one machine the system takes megabytes that are not read.
@Singleton
final class SmallSendBuffers implements HttpServerOptionsCustomizer {

    static final int BYTES = 16 << 10;

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setSendBufferSize(BYTES);
    }
}
