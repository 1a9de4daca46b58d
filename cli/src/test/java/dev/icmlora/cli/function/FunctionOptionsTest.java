package dev.icmlora.cli.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// What commands show to be let in, to the function and to Cloud Run before it.
class FunctionOptionsTest {

    private final List<Headers> received = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @Command
    private static final class AnyCommand {
        @Mixin
        private FunctionOptions function;
    }

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            received.add(exchange.getRequestHeaders());
            byte[] reply = "{}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, reply.length);
            exchange.getResponseBody().write(reply);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void ask(String... credentials) throws Exception {
        AnyCommand command = new AnyCommand();
        CommandLine line = new CommandLine(command);
        line.parseArgs(credentials);
        command.function.connect().get("/functions");
    }

    @Test
    void keyAndIdentityTokenGoTogetherOrAlone() throws Exception {
        String url = "--url=http://127.0.0.1:" + server.getAddress().getPort();

        ask(url, "--api-key=secret", "--identity-token=token");
        ask(url, "--identity-token=token");
        ask(url, "--identity-token=", "--api-key=secret");

        assertThat(received)
                .extracting(headers -> headers.getFirst("X-Serverless-Authorization"))
                .containsExactly("Bearer token", "Bearer token", null);
        assertThat(received)
                .extracting(headers -> headers.getFirst("Authorization"))
                .containsExactly("Bearer secret", null, "Bearer secret");
    }
}
