package dev.icmlora.client;

import java.io.InputStream;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;

/// A running function, as a Java program asks it. It holds no state but its connections, which end by
/// themselves, and is safe for use by several threads.
///
/// Where the function is busy (429, 503) or a connection breaks, a request is sent again after a pause, as long
/// as its timeout allows: two minutes unless another one is set.
public final class IcmLoraClient {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final Transport transport;

    private IcmLoraClient(Transport transport) {
        this.transport = transport;
    }

    /// A client of the function at an address.
    ///
    /// @param address such as `http://localhost:8080`
    public static IcmLoraClient of(URI address) {
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
        URI folder = URI.create(address.toString().replaceFirst("/*$", "/"));
        return new IcmLoraClient(new Transport(folder, Optional.empty(), Optional.empty(), TIMEOUT, http, () -> {}));
    }

    /// The same with an API key or a token, which a function that is not for everybody wants to see.
    public IcmLoraClient withKey(String key) {
        Objects.requireNonNull(key, "key");
        return with(Optional.of(key), transport.identityToken(), transport.http());
    }

    /// The same with Google's identity token, which Cloud Run wants for a function that not everybody may ask. It goes
    /// beside a key, or without one.
    ///
    /// @param token is asked at each request, by the thread that makes it: such a token lives for an hour
    public IcmLoraClient withIdentityToken(Supplier<String> token) {
        Objects.requireNonNull(token, "token");
        return with(transport.key(), Optional.of(new IdentityToken(token)), transport.http());
    }

    /// The same with other connections: through a proxy, or with certificates of one's own.
    public IcmLoraClient withHttpClient(HttpClient http) {
        Objects.requireNonNull(http, "http");
        return with(transport.key(), transport.identityToken(), http);
    }

    /// The same with a callback before a request is sent again, such as to count retries.
    ///
    /// @param retried is run by the thread that makes the request
    public IcmLoraClient onRetry(Runnable retried) {
        return new IcmLoraClient(transport.onRetry(retried));
    }

    private IcmLoraClient with(Optional<String> key, Optional<IdentityToken> identityToken, HttpClient http) {
        return new IcmLoraClient(
                new Transport(transport.address(), key, identityToken, transport.timeout(), http, transport.retried()));
    }

    /// The same with another time in which a request must be answered, its repetitions included.
    public IcmLoraClient withTimeout(Duration timeout) {
        return new IcmLoraClient(transport.withTimeout(timeout));
    }

    /// Begins a function: say what it does, give examples, then [FunctionBuilder#build].
    ///
    /// @param input a string is sent as it is, anything else as JSON
    /// @param output a string, an enum, a boolean, a number, or a type that Jackson reads and of which all
    /// properties are known, such as a record
    /// @throws IllegalArgumentException saying why the type cannot be an output
    public <I, O> FunctionBuilder<I, O> function(Class<I> input, Class<O> output) {
        return new FunctionBuilder<>(transport, OutputForm.of(output), Optional.empty());
    }

    /// The same for a generic type: `function(String.class, new TypeReference<List<Item>>() {})`.
    public <I, O> FunctionBuilder<I, O> function(Class<I> input, TypeReference<O> output) {
        return new FunctionBuilder<>(transport, OutputForm.of(output.getType()), Optional.empty());
    }

    /// Begins a function that the server knows by its name, and others may call by it. With a description or
    /// examples, [FunctionBuilder#build] defines it; without them, it looks up what is there.
    ///
    /// @param name such as `urgency`, which means its newest version, or `urgency@3`: 1 to 64 of a to z, 0 to
    /// 9, - and _ with a letter at the start
    /// @param input a string is sent as it is, anything else as JSON
    /// @param output as for a function without a name
    /// @throws IllegalArgumentException saying why the name is none, or the type cannot be an output
    public <I, O> FunctionBuilder<I, O> function(String name, Class<I> input, Class<O> output) {
        return named(name, output);
    }

    /// The same for a generic type.
    public <I, O> FunctionBuilder<I, O> function(String name, Class<I> input, TypeReference<O> output) {
        return named(name, output.getType());
    }

    private <I, O> FunctionBuilder<I, O> named(String name, Type output) {
        return new FunctionBuilder<>(transport, OutputForm.of(output), Optional.of(new FunctionName(name)));
    }

    /// Begins questions about a state, which are answered by one request: one of some options, a level, or whether
    /// something is so.
    ///
    /// @param state a string is sent as it is, anything else as JSON
    /// @throws IllegalArgumentException if Jackson cannot write it
    public DecisionBuilder decide(Object state) {
        return new DecisionBuilder(transport, state);
    }

    /// The reply to a request that has no method here, such as `/v1/embeddings`, sent again like any other.
    ///
    /// @param path such as `/v1/embeddings`
    /// @throws IcmLoraException if there is no reply, or one with the status of an error
    public JsonNode post(String path, JsonNode body) {
        return transport.json(Call.post(path, body));
    }

    /// The same for `PUT`.
    public JsonNode put(String path, JsonNode body) {
        return transport.json(Call.put(path, body));
    }

    /// The same for `GET`.
    public JsonNode get(String path) {
        return transport.json(Call.get(path));
    }

    /// The JSON objects of a reply that comes as server-sent events: the pieces of a chat with `stream`, or how far a
    /// tuning of `/adapter` is and at the end its `reply`. Closing the stream ends the request, and the tuning.
    ///
    /// @throws IcmLoraException if there is no reply, or one with the status of an error; from the stream, if the
    /// function fails meanwhile or the connection breaks, which sends nothing again
    public Stream<JsonNode> events(String path, JsonNode body) {
        return Events.of(transport, Call.post(path, body));
    }

    /// The bytes of a reply, such as an adapter's file, which the caller closes. The timeout ends when they begin.
    ///
    /// @param path such as `/adapters/sha256:...`
    /// @param mediaType such as `application/x-gguf`
    /// @throws IcmLoraException if there is no reply, or one with the status of an error
    public InputStream download(String path, String mediaType) {
        return transport.bytes(Call.get(path).accepting(mediaType));
    }

    /// Hands over a job that is written as JSON. Where the connection breaks, the job may have been taken or not, and
    /// this does not send it again.
    ///
    /// @param request body of `/jobs`
    /// @throws IcmLoraException if the function refuses it or cannot be reached
    public Job<String> submit(JsonNode request) {
        return Job.submitted(transport, request, new TextForm());
    }
}
