package dev.icmlora.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

/// Sends requests to a function, and again where that may help: nothing that is sent changes what the function
/// is.
///
/// @param address of the function, ending in a slash
/// @param key that lets callers in, if one is needed
/// @param identityToken for what stands before the function, if it asks for one
/// @param timeout until when a request must be answered, with all its repetitions
record Transport(
        URI address, Optional<String> key, Optional<IdentityToken> identityToken, Duration timeout, HttpClient http) {

    private static final Set<Integer> BUSY = Set.of(429, 503);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    /// Of the connections for one request. A function that is busy is asked until the time is over; one that is
    /// not there should not keep a program waiting.
    private static final int MOST_BROKEN = 4;

    /// The same with another timeout.
    Transport withTimeout(Duration other) {
        return new Transport(address, key, identityToken, Objects.requireNonNull(other, "timeout"), http);
    }

    /// The reply to a request.
    ///
    /// @param path such as `/generate`
    /// @throws IcmLoraException if there is none, or one with the status of an error
    JsonNode post(String path, JsonNode body) {
        Instant deadline = Instant.now().plus(timeout);
        Duration pause = FIRST_PAUSE;
        int broken = 0;
        while (true) {
            IcmLoraException failure;
            Duration least = Duration.ZERO;
            try {
                HttpResponse<String> reply = http.send(request(path, body, deadline), BodyHandlers.ofString());
                if (reply.statusCode() / 100 == 2) {
                    return json(reply.body());
                }
                failure = IcmLoraException.refused(reply.statusCode(), reply.body());
                if (!BUSY.contains(reply.statusCode())) {
                    throw failure;
                }
                least = retryAfter(reply.headers());
            } catch (HttpTimeoutException e) {
                throw IcmLoraException.unanswered("No answer from " + address + " within " + timeout, e);
            } catch (IOException e) {
                failure = IcmLoraException.unanswered("Nothing answers at " + address, e);
                broken++;
                if (broken == MOST_BROKEN) {
                    throw failure;
                }
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
            Duration wait = least.compareTo(pause) > 0 ? least : shaken(pause);
            if (Instant.now().plus(wait).isAfter(deadline)) {
                throw failure;
            }
            sleep(wait);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private HttpRequest request(String path, JsonNode body, Instant deadline) {
        Duration left = Duration.between(Instant.now(), deadline);
        HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(path.substring(1)))
                .timeout(left.compareTo(Duration.ofMillis(1)) > 0 ? left : Duration.ofMillis(1))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(BodyPublishers.ofString(body.toString()));
        key.ifPresent(value -> request.header("Authorization", "Bearer " + value));
        identityToken.ifPresent(token -> token.addTo(request));
        return request.build();
    }

    private JsonNode json(String body) {
        try {
            return Json.MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw IcmLoraException.unexpected("what " + address + " says is no JSON: " + e.getOriginalMessage());
        }
    }

    /// Callers that were refused together come back one by one.
    private static Duration shaken(Duration pause) {
        return Duration.ofNanos(ThreadLocalRandom.current().nextLong(pause.toNanos() / 2, pause.toNanos()));
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

    private static void sleep(Duration wait) {
        try {
            Thread.sleep(wait.toMillis());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IcmLoraException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return IcmLoraException.unanswered("Interrupted while waiting for the function", e);
    }
}
