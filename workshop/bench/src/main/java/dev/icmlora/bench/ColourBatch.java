package dev.icmlora.bench;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import com.google.gson.Gson;
import com.google.gson.JsonObject;

/// Inputs of one of the [ColourTasks] that are answered in the background: those of a task file, or of a job.
record ColourBatch(String colour, List<String> things) {

    private static final Gson JSON = new Gson();
    private static final int INPUTS = 4;

    /// That of file or job `number`.
    static ColourBatch of(ColourTasks tasks, int number) {
        var colour = tasks.colour(number);
        return new ColourBatch(
                colour,
                IntStream.range(0, INPUTS)
                        .mapToObj(i -> tasks.thing(colour, number + i))
                        .toList());
    }

    Map<String, Object> request() {
        return ColourTasks.inline(colour, things);
    }

    /// Whether each input has the right answer, once and in its place.
    ///
    /// @param lines of a result
    boolean isAnsweredBy(List<String> lines) {
        return lines.size() == things.size()
                && IntStream.range(0, things.size()).allMatch(i -> {
                    var line = JSON.fromJson(lines.get(i), JsonObject.class);
                    return line.get("index").getAsInt() == i
                            && line.get("input").getAsString().equals(things.get(i))
                            && line.has("output")
                            && line.get("output").getAsString().equals(colour);
                });
    }
}
