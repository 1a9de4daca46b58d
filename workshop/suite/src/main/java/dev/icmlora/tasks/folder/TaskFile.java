package dev.icmlora.tasks.folder;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;

import dev.icmlora.generator.task.Example;

/// The lines of a task file. [TaskFolder] checks whether they make a task.
///
/// Each line is a JSON object: `{"description": "..."}`, or an example `{"input": "...", "output": "..."}`, which may
/// say what it is for with `"part": "train"` or `"part": "test"`. Empty lines are skipped.
///
/// @param name for messages
/// @param descriptions in their order
/// @param lines examples in their order
/// @param faults what could not be read
record TaskFile(String name, List<String> descriptions, List<Line> lines, List<String> faults) {

    /// What an example is for.
    enum Part {
        TRAIN,
        TEST,
        UNSAID
    }

    /// @param number of its line, from 1
    record Line(int number, Part part, Example example) {}

    private static final Map<String, Part> PARTS = Map.of("train", Part.TRAIN, "test", Part.TEST);
    private static final Set<String> FIELDS = Set.of("description", "input", "output", "part");

    /// @throws IOException when the file cannot be read at all
    static TaskFile read(Path path, String name) throws IOException {
        return parse(Files.readAllBytes(path), name);
    }

    static TaskFile parse(byte[] bytes, String name) {
        TaskFile file = new TaskFile(name, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        int number = 0;
        for (int from = 0; from < bytes.length; ) {
            int to = from;
            while (to < bytes.length && bytes[to] != '\n') {
                to++;
            }
            number++;
            try {
                String text = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes, from, to - from))
                        .toString();
                if (!text.isBlank()) {
                    file.line(number, text);
                }
            } catch (CharacterCodingException e) {
                file.fault(number, "is not UTF-8: save the file in that encoding");
            }
            from = to + 1;
        }
        return file;
    }

    private void line(int number, String text) {
        JsonObject object;
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = new Gson().getAdapter(JsonElement.class).read(reader);
            reader.peek();
            if (!element.isJsonObject()) {
                fault(number, "must be a JSON object, is " + shortened(text));
                return;
            }
            object = element.getAsJsonObject();
        } catch (IOException | JsonParseException | IllegalStateException e) {
            fault(number, "is not JSON: " + shortened(text));
            return;
        }
        for (String field : object.keySet()) {
            if (!FIELDS.contains(field)) {
                fault(number, "has a field \"%s\"; known are description, input, output, part".formatted(field));
                return;
            }
            if (!object.get(field).isJsonPrimitive()
                    || !object.get(field).getAsJsonPrimitive().isString()) {
                fault(number, "\"%s\" must be a text, is %s".formatted(field, shortened(object.get(field) + "")));
                return;
            }
        }
        accept(number, object);
    }

    private void accept(int number, JsonObject object) {
        if (object.has("description") && object.size() == 1) {
            String description = object.get("description").getAsString();
            if (description.isBlank()) {
                fault(number, "has an empty description");
            } else {
                descriptions.add(description.strip());
            }
            return;
        }
        if (object.has("description") || !object.has("input") || !object.has("output")) {
            fault(number, "must have either a description, or an input and an output");
            return;
        }
        String said = object.has("part") ? object.get("part").getAsString() : "";
        if (!said.isEmpty() && !PARTS.containsKey(said)) {
            fault(number, "\"part\" is \"%s\", must be train or test".formatted(said));
            return;
        }
        Example example = new Example(
                object.get("input").getAsString(), object.get("output").getAsString());
        if (example.input().isBlank() || example.output().isBlank()) {
            fault(number, "has an empty input or output");
            return;
        }
        lines.add(new Line(number, PARTS.getOrDefault(said, Part.UNSAID), example));
    }

    /// Notes what is wrong with a line.
    void fault(int number, String what) {
        faults.add("%s, line %d: %s".formatted(name, number, what));
    }

    /// Notes what is wrong with the file.
    void fault(String what) {
        faults.add(name + ": " + what);
    }

    private static String shortened(String text) {
        var stripped = text.strip();
        return stripped.length() <= 60 ? stripped : stripped.substring(0, 57) + "...";
    }
}
