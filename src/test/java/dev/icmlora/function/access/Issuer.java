package dev.icmlora.function.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.lang.JoseException;

/// An issuer of OpenID Connect on loopback: its discovery document and its keys. What it was asked for is at `/asked`.
/// The tests sign tokens themselves, with the key that they find in the configuration.
public final class Issuer implements QuarkusTestResourceLifecycleManager {

    static final String ADDRESS = "quarkus.oidc.auth-server-url";
    static final String KEY = "test.issuer.key";
    static final String AUDIENCE = "icm-lora";

    private static final int BITS = 2048;

    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private HttpServer server;

    @Override
    public Map<String, String> start() {
        try {
            var key = RsaJwkGenerator.generateJwk(BITS);
            key.setKeyId("k1");
            key.setUse("sig");
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> answer(exchange, key));
            server.start();
            return Map.of(
                    "quarkus.oidc.tenant-enabled",
                    "true",
                    ADDRESS,
                    address(),
                    "quarkus.oidc.token.audience",
                    AUDIENCE,
                    KEY,
                    key.toJson(OutputControlLevel.INCLUDE_PRIVATE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange, RsaJsonWebKey key) throws IOException {
        var path = exchange.getRequestURI().getPath();
        var document = switch (path) {
            case "/.well-known/openid-configuration" -> """
                    {"issuer": "%1$s", "jwks_uri": "%1$s/keys", "token_endpoint": "%1$s/token",
                     "introspection_endpoint": "%1$s/introspect", "userinfo_endpoint": "%1$s/userinfo"}
                    """.formatted(address());
            case "/keys" -> "{\"keys\": [%s]}".formatted(key.toJson(OutputControlLevel.PUBLIC_ONLY));
            case "/asked" -> String.join(" ", asked);
            default -> null;
        };
        if (!path.equals("/asked")) {
            asked.add(path);
        }
        try (exchange) {
            var body = document == null ? new byte[0] : document.getBytes(UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(document == null ? 404 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void stop() {
        if (server != null) {
            server.stop(0);
        }
    }
}
