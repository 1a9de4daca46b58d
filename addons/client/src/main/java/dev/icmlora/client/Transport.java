package dev.icmlora.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

/// Sends requests to a function, and again where that may help.
///
/// @param address of the function, ending in a slash
/// @param key that lets callers in, if one is needed
/// @param identityToken for what stands before the function, if it asks for one
/// @param timeout until when a request must be answered, with all its repetitions
/// @param retried is run before each repetition
record Transport(
        URI address,
        Optional<String> key,
        Optional<IdentityToken> identityToken,
        Duration timeout,
        HttpClient http,
        Runnable retried) {

    private static final int UNAVAILABLE = 503;
    private static final Set<Integer> BUSY = Set.of(429, UNAVAILABLE);
    /// Problems of a function that has not begun with a request.
    private static final Set<String> NOTHING_TAKEN =
            Set.of("urn:icm-lora:problem:shutting-down", "urn:icm-lora:problem:issuer-unavailable");
    /// Of the connections for one request. A function that is busy is asked until the time is over; one that is
    /// not there should not keep a program waiting.
    static final int MOST_BROKEN = 4;
    /// The request's own timeout goes first.
    private static final int MARGIN_MILLIS = 100;

    /// The same with another timeout.
    Transport withTimeout(Duration other) {
        return new Transport(address, key, identityToken, Objects.requireNonNull(other, "timeout"), http, retried);
    }

    /// The same with another callback before each repetition.
    Transport onRetry(Runnable other) {
        return new Transport(address, key, identityToken, timeout, http, Objects.requireNonNull(other, "retried"));
    }

    /// The JSON of a reply.
    ///
    /// @throws IcmLoraException if there is none, or one with the status of an error
    JsonNode json(Call call) {
        return json(text(call));
    }

    /// A text that the function says is JSON.
    JsonNode json(String text) {
        try {
            return Json.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw IcmLoraException.unexpected("what " + address + " says is no JSON: " + e.getOriginalMessage());
        }
    }

    /// The text of a reply.
    ///
    /// @throws IcmLoraException if there is none, or one with the status of an error
    String text(Call call) {
        return send(call, BodyHandlers.ofString(), Function.identity());
    }

    /// The lines of a reply, as they come; closing the stream ends it. A connection that breaks in the middle
    /// is an [UncheckedIOException].
    ///
    /// @throws IcmLoraException if there is no reply, or one with the status of an error
    Stream<String> lines(Call call) {
        return send(call, BodyHandlers.ofLines(), Transport::whole);
    }

    /// The bytes of a reply, as they come; the caller closes them.
    ///
    /// @throws IcmLoraException if there is no reply, or one with the status of an error
    InputStream bytes(Call call) {
        return send(call, BodyHandlers.ofInputStream(), Transport::whole);
    }

    private static String whole(InputStream bytes) {
        try (bytes) {
            return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String whole(Stream<String> lines) {
        try (lines) {
            return lines.collect(Collectors.joining("\n"));
        }
    }

    /// @param text what the body of a refusal says
    private <T> T send(Call call, BodyHandler<T> body, Function<T, String> text) {
        Instant deadline = Instant.now().plus(timeout);
        Pauses pauses = new Pauses();
        int broken = 0;
        while (true) {
            IcmLoraException failure;
            Duration least = Duration.ZERO;
            try {
                HttpResponse<T> reply = answered(request(call, deadline), body, deadline);
                if (reply.statusCode() / 100 == 2 || call.isDone(reply.statusCode(), broken)) {
                    return reply.body();
                }
                failure = IcmLoraException.refused(reply.statusCode(), text.apply(reply.body()));
                if (!mayTryAgain(call, reply.statusCode(), failure)) {
                    throw failure;
                }
                least = retryAfter(reply.headers());
            } catch (IOException | UncheckedIOException e) {
                boolean wasSent = !(e instanceof ConnectException || e instanceof HttpConnectTimeoutException);
                if (wasSent && e instanceof HttpTimeoutException) {
                    throw IcmLoraException.unanswered("No answer from " + address + " within " + timeout, e);
                }
                failure = IcmLoraException.unanswered("Nothing answers at " + address, e);
                broken++;
                if (broken == MOST_BROKEN || wasSent && !call.repeatable()) {
                    throw failure;
                }
            } catch (InterruptedException e) {
                throw Pauses.interrupted(e);
            }
            Duration pause = pauses.next();
            Duration wait = least.compareTo(pause) > 0 ? least : pause;
            if (Instant.now().plus(wait).isAfter(deadline)) {
                throw failure;
            }
            Pauses.sleep(wait);
            retried.run();
        }
    }

    /// A reply with all of its body: the timeout of a request ends with the head.
    private <T> HttpResponse<T> answered(HttpRequest request, BodyHandler<T> body, Instant deadline)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<T>> reply = http.sendAsync(request, body);
        try {
            return reply.get(
                    Duration.between(Instant.now(), deadline).toMillis() + MARGIN_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("the reply did not end");
        } finally {
            reply.cancel(true);
        }
    }

    /// A 503 of whatever stands before the function, or of its store, does not say that nothing was taken.
    private static boolean mayTryAgain(Call call, int status, IcmLoraException failure) {
        return BUSY.contains(status)
                && (call.repeatable() || status != UNAVAILABLE || NOTHING_TAKEN.contains(failure.type()));
    }

    private HttpRequest request(Call call, Instant deadline) {
        Duration left = Duration.between(Instant.now(), deadline);
        BodyPublisher body = call.body()
                .map(json -> BodyPublishers.ofString(json.toString()))
                .orElse(BodyPublishers.noBody());
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        address.resolve(call.path().substring(1)))
                .timeout(left.compareTo(Duration.ofMillis(1)) > 0 ? left : Duration.ofMillis(1))
                .header("Accept", call.accept())
                .method(call.method(), body);
        call.body().ifPresent(json -> request.header("Content-Type", "application/json"));
        key.ifPresent(value -> request.header("Authorization", "Bearer " + value));
        identityToken.ifPresent(token -> token.addTo(request));
        return request.build();
    }

    /// Seconds, or a date.
    private static Duration retryAfter(HttpHeaders headers) {
        String value = headers.firstValue("Retry-After").orElse("0");
        if (value.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            return Duration.between(Instant.now(), DateTimeFormatter.RFC_1123_DATE_TIME.parse(value, Instant::from));
        } catch (DateTimeParseException e) {
            return Duration.ZERO;
        }
    }
}
