package dev.icmlora.langchain4j;

import java.net.http.HttpTimeoutException;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.internal.ExceptionMapper;

import dev.icmlora.client.IcmLoraClient;
import dev.icmlora.client.IcmLoraException;

/// Requests whose failures are those that LangChain4j's programs look for.
final class Calls {

    private Calls() {}

    /// @throws dev.langchain4j.exception.LangChain4jException if there is no reply, or one with the status of
    /// an error
    static JsonNode post(IcmLoraClient client, String path, JsonNode body) {
        try {
            return client.post(path, body);
        } catch (IcmLoraException e) {
            throw mapped(e);
        }
    }

    /// The same in LangChain4j's words.
    static RuntimeException mapped(IcmLoraException e) {
        return e.status() == 0 ? unanswered(e) : refused(e);
    }

    private static RuntimeException refused(IcmLoraException e) {
        return ExceptionMapper.DEFAULT.mapException(new HttpException(e.status(), e.getMessage()));
    }

    private static RuntimeException unanswered(IcmLoraException e) {
        return e.getCause() instanceof HttpTimeoutException
                ? new TimeoutException(e.getMessage(), e)
                : new LangChain4jException(e.getMessage(), e);
    }
}
