package dev.icmlora.learning;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;

import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.api.GenerateRequest.AnswerKind;

/// A model behind OpenAI's interface that is asked what is right for an input of a function. It is sent the
/// function's description, labels or schema, some of its examples, and the input.
///
/// @param address of its chat completions
/// @param model what it is called there
/// @param longest time of a call
record TeacherEndpoint(URI address, Optional<String> key, String model, Duration longest, ObjectMapper json) {

    /// Examples that it is sent.
    private static final int EXAMPLES = 16;

    private static final int MOST_BYTES = 1 << 20;
    private static final int OK = 200;
    /// Of a request that others need not be like: 400 Bad Request, 413 Content Too Large, 422 Unprocessable Content.
    private static final List<Integer> REFUSALS = List.of(400, 413, 422);

    /// Around a block of Markdown, into which JSON is often put.
    private static final String FENCE = "```";
    private static final String LANGUAGE = "json";

    /// What came of a call.
    sealed interface Said {

        /// @param text empty where it said nothing
        record Output(String text) implements Said {}

        /// This input is refused; another one may be answered.
        record Refused() implements Said {}

        /// Nothing is answered now.
        ///
        /// @param why for the log, without anything that was sent
        record Away(String why) implements Said {}
    }

    Said ask(FunctionDefinition function, String input) {
        var request = HttpRequest.newBuilder(address)
                .timeout(longest)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body(function, input)));
        key.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        try (var client = HttpClient.newBuilder().connectTimeout(longest).build()) {
            try {
                // The timeout of the request ends with the head of the reply.
                return said(
                        client.sendAsync(request.build(), BodyHandlers.limiting(BodyHandlers.ofString(), MOST_BYTES))
                                .get(longest.toMillis(), TimeUnit.MILLISECONDS));
            } finally {
                client.shutdownNow();
            }
        } catch (TimeoutException e) {
            return new Said.Away("it does not answer within %d s".formatted(longest.toSeconds()));
        } catch (ExecutionException e) {
            return new Said.Away(
                    "it cannot be reached: " + e.getCause().getClass().getSimpleName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Said.Away("interrupted");
        }
    }

    private Said said(HttpResponse<String> reply) {
        if (reply.statusCode() != OK) {
            return REFUSALS.contains(reply.statusCode())
                    ? new Said.Refused()
                    : new Said.Away("it answers " + reply.statusCode());
        }
        try {
            var message = json.readTree(reply.body()).at("/choices/0/message");
            if (!message.isObject()) {
                return new Said.Away("its reply has no choices");
            }
            return new Said.Output(unfenced(message.path("content").asText("").strip()));
        } catch (IOException e) {
            return new Said.Away("its reply is no JSON");
        }
    }

    /// The content of a block, or the text as it is. No pattern looks for it: one that skips white space at both ends
    /// tries each end anew at every space.
    private static String unfenced(String text) {
        if (text.length() < 2 * FENCE.length() || !text.startsWith(FENCE) || !text.endsWith(FENCE)) {
            return text;
        }
        var content = text.substring(FENCE.length(), text.length() - FENCE.length());
        return (content.startsWith(LANGUAGE) ? content.substring(LANGUAGE.length()) : content).strip();
    }

    private String body(FunctionDefinition function, String input) {
        var body = json.createObjectNode().put("model", model);
        var messages = body.putArray("messages");
        add(messages, "system", instruction(function));
        function.task().examples().stream().limit(EXAMPLES).forEach(example -> {
            add(messages, "user", example.input());
            add(messages, "assistant", example.output());
        });
        add(messages, "user", input);
        return body.toString();
    }

    private static void add(ArrayNode messages, String role, String content) {
        messages.addObject().put("role", role).put("content", content);
    }

    private static String instruction(FunctionDefinition function) {
        return (function.task().description() + "\n\n" + form(function)).strip();
    }

    private static String form(FunctionDefinition function) {
        if (function.labels() != null) {
            return "Answer with one of these labels, and with nothing else:\n" + String.join("\n", function.labels());
        }
        if (function.schema() != null) {
            return "Answer with JSON that follows this schema, and with nothing else:\n" + function.schema();
        }
        return function.answer() == AnswerKind.SPAN
                ? "Answer with a piece of the text, word for word, and with nothing else."
                : "Answer with the output, and with nothing else.";
    }
}
