package dev.icmlora.function.events;

import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.storage.StorageUnavailableException;

/// The inputs of a task, one after the other.
final class Inputs implements AutoCloseable {

    private final JsonParser parser;
    private final boolean lines;
    private int index;

    private Inputs(JsonParser parser, boolean lines) {
        this.parser = parser;
        this.lines = lines;
    }

    /// Those of a list that is a member of an object.
    static Inputs member(InputStream in, String name, ObjectMapper json) {
        try {
            var parser = json.createParser(in);
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var found = parser.currentName().equals(name);
                if (parser.nextToken() == JsonToken.START_ARRAY && found) {
                    break;
                }
                parser.skipChildren();
            }
            return new Inputs(parser, false);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /// Those of a list that a parser has begun with, whose text stays open.
    static Inputs rest(JsonParser parser) {
        return new Inputs(parser, false);
    }

    /// Those of a file with one a line: a JSON string, or an object whose only member `input` is one.
    static Inputs lines(InputStream in, ObjectMapper json) {
        try {
            return new Inputs(json.createParser(in), true);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /// @throws RequestException if it is none
    Optional<String> next() {
        try {
            var token = parser.nextToken();
            if (token == null || !lines && token == JsonToken.END_ARRAY) {
                return Optional.empty();
            }
            var text = lines && token == JsonToken.START_OBJECT ? member() : text(token);
            index++;
            return Optional.of(text);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private String member() throws IOException {
        var named = "input".equals(parser.nextFieldName());
        var text = named ? text(parser.nextToken()) : null;
        if (!named || parser.nextToken() != JsonToken.END_OBJECT) {
            throw invalid();
        }
        return text;
    }

    private String text(JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_STRING) {
            throw invalid();
        }
        return parser.getText();
    }

    private RequestException invalid() {
        var field = "/inputs/" + index;
        return RequestException.invalid(
                new Violation(field, "a string", null, field + " must be a string, or {\"input\": a string}"));
    }

    /// Passes over inputs that were answered before.
    void skip(int count) {
        for (var i = 0; i < count; i++) {
            next();
        }
    }

    /// What the file is to blame for, or else the store.
    private static RuntimeException unreadable(IOException e) {
        return switch (e) {
            // The latter is Jackson's word on what begins like UTF-32 and is none.
            case JsonProcessingException _, CharConversionException _ ->
                RequestException.invalid(JsonBody.malformed(e));
            default -> failed(e);
        };
    }

    private static RuntimeException failed(IOException e) {
        return new StorageUnavailableException("cannot read the inputs on: " + e, e);
    }

    @Override
    public void close() {
        try {
            parser.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
