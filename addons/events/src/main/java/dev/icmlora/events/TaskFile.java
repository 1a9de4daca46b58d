package dev.icmlora.events;

import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;

import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.ObjectStore.StoredObject;
import dev.icmlora.function.storage.StorageUnavailableException;

/// Reads task files as streams, twice: first to check that all of it is well-formed, and for everything but the
/// inputs; then for the inputs, a batch at a time.
@Singleton
final class TaskFile {

    private static final String INPUTS = "inputs";

    private final ObjectMapper json;
    private final JsonBody bodies;
    private final EventsConfig.Limits limits;

    TaskFile(ObjectMapper json, JsonBody bodies, EventsConfig config) {
        this.json = json;
        this.bodies = bodies;
        this.limits = config.limits();
    }

    /// The object that has the inputs. They are read twice, first to check all of them. A small object stays in memory
    /// in between; a large one is read from its store each time.
    ///
    /// @param isTask whether it is the task file; otherwise it has one input a line, a JSON string or
    /// an object whose only member `input` is one
    record InputFile(StoredObject object, boolean isTask, Content content) {

        private static final int SMALL = 1 << 20;

        static InputFile of(ObjectStore store, StoredObject object, boolean isTask) {
            var content = Content.of(store, List.of(object));
            return new InputFile(object, isTask, object.bytes() > SMALL ? content : Content.of(content.whole()));
        }
    }

    /// A task file that is well-formed.
    ///
    /// @param function that it names, with its version
    /// @param request all of it but the inputs
    /// @param inputs where the inputs are: the task file itself, the `.jsonl` beside it, or an object elsewhere
    /// @param count of the inputs
    record Checked(Optional<FunctionName> function, GenerateRequest request, InputFile inputs, int count) {

        /// The same with what a function says in place of its name.
        Checked by(FunctionName name, GenerateRequest whole) {
            return new Checked(Optional.of(name), whole, inputs, count);
        }
    }

    /// @param elsewhere the inputs, where they are neither in the task file nor beside it
    /// @throws RequestException if it is not what it should be
    Checked check(ObjectStore store, StoredObject task, TaskKeys keys, Optional<InputFile> elsewhere) {
        size("the task file", task);
        var whole = read(InputFile.of(store, task, true));
        if (whole.count >= 0) {
            return whole;
        }
        var lines = elsewhere
                .or(() -> store.find(keys.inputs()).map(beside -> InputFile.of(store, beside, false)))
                .orElseThrow(() -> {
                    var message = "/inputs is missing, and there is no %s; write that one before the task file";
                    return invalid("/inputs", keys.inputs(), message.formatted(keys.inputs()));
                });
        return new Checked(Optional.empty(), whole.request, lines, count(lines));
    }

    /// Counts inputs, one a line.
    ///
    /// @throws RequestException if there are none or too many, or one is none
    int count(InputFile lines) {
        var name = lines.object().key();
        size(name, lines.object());
        try (var inputs = Inputs.of(lines, json)) {
            return count(name, inputs);
        }
    }

    private int count(String name, Inputs inputs) {
        var count = 0;
        while (inputs.next().isPresent()) {
            if (++count > limits.inputs()) {
                throw invalid(name, limits.inputs(), name + " has more entries than the limit of " + limits.inputs());
            }
        }
        if (count == 0) {
            throw invalid("/inputs", 1, name + " is empty");
        }
        return count;
    }

    /// @return -1 inputs if it has none
    private Checked read(InputFile task) {
        var header = new Bounded(limits.header().asLongValue());
        var inputs = -1;
        try (var in = task.content().source().open();
                var parser = json.createParser(in);
                var generator = json.createGenerator(header)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw invalid("", "an object", "the file must hold a JSON object");
            }
            generator.writeStartObject();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = parser.currentName();
                if (parser.nextToken() == JsonToken.START_ARRAY && name.equals(INPUTS)) {
                    inputs = count("/inputs", new Inputs(parser, false));
                } else {
                    generator.writeFieldName(name);
                    generator.copyCurrentStructure(parser);
                }
            }
            if (parser.nextToken() != null) {
                throw invalid("", "one object", "more text follows after the end of the object");
            }
            generator.writeEndObject();
        } catch (IOException e) {
            throw Inputs.unreadable(e);
        }
        var request = bodies.read(header.toByteArray(), GenerateRequest.class);
        return new Checked(Optional.empty(), request, task, inputs);
    }

    private void size(String name, StoredObject object) {
        var limit = limits.file().asLongValue();
        if (object.bytes() > limit) {
            var message = "%s has %d bytes, more than the limit of %d".formatted(name, object.bytes(), limit);
            throw RequestException.invalid(new Violation("", limit, object.bytes(), message));
        }
    }

    private static RequestException invalid(String field, Object limit, String message) {
        return RequestException.invalid(new Violation(field, limit, null, message));
    }

    /// The inputs of a task, one after the other.
    static final class Inputs implements AutoCloseable {

        private final JsonParser parser;
        private final boolean lines;
        private int index;

        private Inputs(JsonParser parser, boolean lines) {
            this.parser = parser;
            this.lines = lines;
        }

        /// Those of a file, from the beginning.
        static Inputs of(InputFile file, ObjectMapper json) {
            try {
                var parser = json.createParser(file.content().source().open());
                if (file.isTask()) {
                    parser.nextToken();
                    while (parser.nextToken() == JsonToken.FIELD_NAME) {
                        var found = parser.currentName().equals(INPUTS);
                        if (parser.nextToken() == JsonToken.START_ARRAY && found) {
                            break;
                        }
                        parser.skipChildren();
                    }
                }
                return new Inputs(parser, !file.isTask());
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
        static RuntimeException unreadable(IOException e) {
            return switch (e) {
                // The latter is Jackson's word on what begins like UTF-32 and is none.
                case JsonProcessingException _, CharConversionException _ ->
                    RequestException.invalid(JsonBody.malformed(e));
                default -> new StorageUnavailableException("cannot read a task on: " + e, e);
            };
        }

        @Override
        public void close() {
            try {
                parser.close();
            } catch (IOException e) {
                throw unreadable(e);
            }
        }
    }

    /// Keeps a task file whose description is a gigabyte out of memory.
    private static final class Bounded extends ByteArrayOutputStream {

        private final long limit;

        private Bounded(long limit) {
            this.limit = limit;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            if (size() + length > limit) {
                throw invalid("", limit, "all but the inputs has more than " + limit + " bytes, which is the limit");
            }
            super.write(bytes, offset, length);
        }
    }
}
