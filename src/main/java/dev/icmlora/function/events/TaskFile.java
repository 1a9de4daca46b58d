package dev.icmlora.function.events;

import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;

import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StoredObject;

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

    /// A task file that is well-formed.
    ///
    /// @param function that it names, with its version
    /// @param request all of it but the inputs
    /// @param inputs where the inputs are: the task file itself, the `.jsonl` beside it, or an object elsewhere
    /// @param isTask whether it is the task file
    /// @param count of the inputs
    record Checked(Optional<FunctionName> function, GenerateRequest request, Lines inputs, boolean isTask, int count) {

        private Checked(GenerateRequest request, Lines inputs, boolean isTask, int count) {
            this(Optional.empty(), request, inputs, isTask, count);
        }

        /// The same with what a function says in place of its name.
        Checked by(FunctionName name, GenerateRequest whole) {
            return new Checked(Optional.of(name), whole, inputs, isTask, count);
        }
    }

    /// @param elsewhere the inputs, where they are neither in the task file nor beside it
    /// @throws RequestException if it is not what it should be
    Checked check(ObjectStore store, StoredObject task, TaskKeys keys, Optional<Lines> elsewhere) {
        size("the task file", task);
        var whole = Lines.of(store, task);
        var header = header(whole);
        if (header.inputs >= 0) {
            return new Checked(header.request, whole, true, header.inputs);
        }
        var lines = elsewhere
                .or(() -> store.find(keys.inputs()).map(beside -> Lines.of(store, beside)))
                .orElseThrow(() -> invalid(
                        "/inputs",
                        keys.inputs(),
                        "/inputs is missing, and there is no %s; write that one before the task file"
                                .formatted(keys.inputs())));
        return new Checked(header.request, lines, false, count(lines));
    }

    /// Counts inputs, one a line.
    ///
    /// @throws RequestException if there are none or too many, or one is none
    int count(Lines lines) {
        var name = lines.object().key();
        size(name, lines.object());
        try (var inputs = Inputs.lines(lines.open(), json)) {
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

    /// The inputs, from the beginning.
    Inputs inputs(Checked file) {
        var in = file.inputs().open();
        return file.isTask() ? Inputs.member(in, INPUTS, json) : Inputs.lines(in, json);
    }

    /// @param inputs of the file itself; -1 if it has none
    private record Header(GenerateRequest request, int inputs) {}

    private Header header(Lines task) {
        var header = new Bounded(limits.header().asLongValue());
        var inputs = -1;
        try (var in = task.open();
                var parser = json.createParser(in);
                var generator = json.createGenerator(header)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw invalid("", "an object", "the file must hold a JSON object");
            }
            generator.writeStartObject();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = parser.currentName();
                if (parser.nextToken() == JsonToken.START_ARRAY && name.equals(INPUTS)) {
                    inputs = count("/inputs", Inputs.rest(parser));
                } else {
                    generator.writeFieldName(name);
                    generator.copyCurrentStructure(parser);
                }
            }
            if (parser.nextToken() != null) {
                throw invalid("", "one object", "more text follows after the end of the object");
            }
            generator.writeEndObject();
        } catch (JsonProcessingException | CharConversionException e) {
            throw RequestException.invalid(JsonBody.malformed(e));
        } catch (IOException e) {
            throw Lines.unreadable(task.object(), e);
        }
        return new Header(bodies.read(header.toByteArray(), GenerateRequest.class), inputs);
    }

    private void size(String name, StoredObject object) {
        var limit = limits.file().asLongValue();
        if (object.bytes() > limit) {
            throw RequestException.invalid(List.of(new Violation(
                    "",
                    limit,
                    object.bytes(),
                    "%s has %d bytes, more than the limit of %d".formatted(name, object.bytes(), limit))));
        }
    }

    private static RequestException invalid(String field, Object limit, String message) {
        return RequestException.invalid(new Violation(field, limit, null, message));
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
